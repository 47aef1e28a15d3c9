using Npgsql;

namespace EventSourcedAnomaly.EmbeddedPostgres.Tests;

public sealed class EmbeddedPostgresServerTests : IDisposable
{
    private readonly DataDirectory _data = new();

    [Fact]
    public async Task A_new_data_directory_gets_a_durable_server_of_its_own()
    {
        await using var server = await _data.StartAsync();

        Assert.Equal("on", await DataDirectory.QueryAsync<string>(server, "SHOW fsync"));
        Assert.Equal("on", await DataDirectory.QueryAsync<string>(server, "SHOW synchronous_commit"));
        Assert.Equal("UTF8", await DataDirectory.QueryAsync<string>(server, "SHOW server_encoding"));
        Assert.Equal(server.ClusterDirectory, await DataDirectory.QueryAsync<string>(server, "SHOW data_directory"));
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        await using (var server = await _data.StartAsync())
            await DataDirectory.QueryAsync<object>(server, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");

        await using var again = await _data.StartAsync();

        Assert.Equal(42, await DataDirectory.QueryAsync<int>(again, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task The_address_is_written_where_only_the_owner_can_read_it()
    {
        await using var server = await _data.StartAsync();
        var file = Path.Combine(_data.FullName, "postgres.uri");

        Assert.Equal(server.Uri, (await File.ReadAllTextAsync(file)).Trim());
        Assert.StartsWith("postgresql://", server.Uri, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password()
    {
        await using var server = await _data.StartAsync();
        var guess = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guess", Pooling = false };

        await using var connection = new NpgsqlConnection(guess.ConnectionString);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Two_data_directories_run_side_by_side()
    {
        using var other = new DataDirectory();
        await using var first = await _data.StartAsync();
        await using var second = await other.StartAsync();

        Assert.NotEqual(first.Port, second.Port);
        Assert.NotEqual(
            await DataDirectory.QueryAsync<string>(first, "SHOW data_directory"),
            await DataDirectory.QueryAsync<string>(second, "SHOW data_directory"));
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_directory_is_told_who_holds_it()
    {
        await using var server = await _data.StartAsync();

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => _data.StartAsync());

        Assert.Contains(_data.FullName, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await DataDirectory.QueryAsync<int>(server, "SELECT 1"));
    }

    [Fact]
    public async Task Disposing_ends_the_server_process()
    {
        var server = await _data.StartAsync();
        await server.DisposeAsync();

        Assert.False(Directory.Exists($"/proc/{server.ProcessId}"));
        Assert.False(File.Exists(Path.Combine(server.ClusterDirectory, "postmaster.pid")));
    }

    [Fact]
    public async Task The_packaged_server_serves_where_none_is_installed()
    {
        await using var server = await _data.StartAsync(PackagedBinaries());

        Assert.StartsWith("18", await DataDirectory.QueryAsync<string>(server, "SHOW server_version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_that_start_at_once_from_a_package_fresh_from_the_registry_do_not_disturb_each_other()
    {
        // npm packages hold no links: the first start makes them, and here eight are the first.
        using var fresh = FreshPackage.CopyOf(PackagesFolder());
        var data = Enumerable.Range(0, 8).Select(_ => new DataDirectory()).ToArray();

        var servers = await Task.WhenAll(data.Select(d => Task.Run(() => d.StartAsync(fresh.Programs, fresh.Packages))));

        foreach (var server in servers)
            Assert.Equal(1, await DataDirectory.QueryAsync<int>(server, "SELECT 1"));
        foreach (var (server, directory) in servers.Zip(data))
        {
            await server.DisposeAsync();
            directory.Dispose();
        }
    }

    [Fact]
    public async Task A_folder_without_the_programs_is_named_in_the_error()
    {
        var error = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => _data.StartAsync(binaries: "/nonexistent"));

        Assert.Contains("No PostgreSQL server programs were found", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    private static string PackagedBinaries() => Path.Combine(PackagesFolder(), FreshPackage.ProgramsIn);

    /// <summary>Where <c>ops/setup test</c> puts them.</summary>
    private static string PackagesFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, ".postgres")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? "", ".postgres");
    }
}
