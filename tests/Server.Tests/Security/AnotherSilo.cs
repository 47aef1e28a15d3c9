using System.Diagnostics;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>Another process of the product on a database: what it knows it has from there.</summary>
internal sealed class AnotherSilo : IAsyncDisposable
{
    private const string Ready = "ready on ";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("esa-server-tests-");
    private readonly Process _process;
    private Task<string> _rest = Task.FromResult(string.Empty);

    private AnotherSilo(string database, (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EventSourcedAnomaly.Server.dll")]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("PORT", "0"), ("ESA_DATA_DIR", _directory.FullName), ("ConnectionStrings__Postgres", database), ("ESA_BOOTSTRAP_API_KEY", ServerFixture.AdminKey),
            ("ESA_ADMIN_PASSWORD", ServerFixture.AdminPassword), ("ESA_DEMO", "false"), ("ESA_ANONYMOUS_PER_HOUR", "1000000"), .. settings,
        ])
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
    }

    public string Address { get; private set; } = string.Empty;

    public static async Task<AnotherSilo> Start(string database, params (string Name, string Value)[] settings)
    {
        var silo = new AnotherSilo(database, settings);
        while (await silo._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                silo.Address = line[Ready.Length..];
                silo._rest = silo._process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return silo;
            }
        }

        await silo.DisposeAsync();
        throw new InvalidOperationException("The silo did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _rest;
        _process.Dispose();
        _directory.Delete(recursive: true);
    }
}
