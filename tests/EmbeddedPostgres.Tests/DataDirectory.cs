using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.EmbeddedPostgres.Tests;

/// <summary>A temporary data directory with what the tests do to a server in it.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esa-embedded-");

    public string FullName => _folder.FullName;

    public Task<EmbeddedPostgresServer> StartAsync(string? binaries = null, string? packages = null) =>
        StartInAsync(FullName, binaries, packages);

    public static Task<EmbeddedPostgresServer> StartInAsync(string dataDirectory, string? binaries = null, string? packages = null)
    {
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = dataDirectory,
            BinariesDirectory = binaries,
            PackagesDirectory = packages,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["shared_buffers"] = "16MB" },
        };
        return EmbeddedPostgresServer.StartAsync(options, NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    public static async Task<T> QueryAsync<T>(EmbeddedPostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Starts a postmaster in a stopped server's cluster that nobody looks after, as a killed host leaves it.</summary>
    public static async Task<Process> StartOrphanAsync(string[] commandLine, string clusterDirectory)
    {
        var info = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        string[] asOwner = Environment.IsPrivilegedProcess ? ["setpriv", .. await OwnerOptionsAsync(clusterDirectory)] : [];
        foreach (var word in (string[])["-c", "exec \"$@\" >/dev/null 2>&1", "sh", .. asOwner, .. commandLine])
            info.ArgumentList.Add(word);
        var orphan = Process.Start(info)!;
        var pidFile = Path.Combine(clusterDirectory, "postmaster.pid");
        while (!File.Exists(pidFile) || !(await File.ReadAllTextAsync(pidFile)).Contains("ready", StringComparison.Ordinal))
        {
            Assert.False(orphan.HasExited);
            await Task.Delay(20);
        }
        return orphan;
    }

    public static string[] CommandLineOf(int processId) =>
        File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cmdline")).TrimEnd('\0').Split('\0');

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<string[]> OwnerOptionsAsync(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "--reuid=%u --regid=%g", path])
        { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = await stat.StandardOutput.ReadToEndAsync();
        return [.. text.Trim().Split(' '), "--clear-groups"];
    }
}
