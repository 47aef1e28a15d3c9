using System.Diagnostics;
using System.Globalization;

namespace EventSourcedAnomaly.EmbeddedPostgres.Tests;

/// <summary>What a <c>kill -9</c> leaves behind does not keep the next start from serving.</summary>
public sealed class RecoveryTests : IDisposable
{
    private readonly DataDirectory _data = new();

    [Fact]
    public async Task A_killed_postmaster_comes_back_at_its_address_with_all_that_was_committed()
    {
        await using var server = await _data.StartAsync();
        await DataDirectory.QueryAsync<object>(server, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");
        for (var round = 0; round < 3; round++)
        {
            var killed = server.ProcessId;
            using (var postmaster = Process.GetProcessById(killed))
                postmaster.Kill();
            while (server.ProcessId == killed)
                await Task.Delay(20, TestContext.Current.CancellationToken);

            Assert.Equal(42, await DataDirectory.QueryAsync<int>(server, "SELECT answer FROM kept"));
        }
    }

    [Fact]
    public async Task A_server_is_disposed_of_while_it_is_being_brought_back()
    {
        var server = await _data.StartAsync();
        using (var postmaster = Process.GetProcessById(server.ProcessId))
            postmaster.Kill();
        await Task.Delay(250, TestContext.Current.CancellationToken);
        await server.DisposeAsync();

        await using var again = await _data.StartAsync();
        Assert.Equal(1, await DataDirectory.QueryAsync<int>(again, "SELECT 1"));
    }

    [Fact]
    public async Task What_a_postmaster_that_was_killed_with_its_host_had_committed_is_there_at_the_next_start()
    {
        var server = await _data.StartAsync();
        await DataDirectory.QueryAsync<object>(server, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");
        var commandLine = DataDirectory.CommandLineOf(server.ProcessId);
        await server.DisposeAsync();
        using (var orphan = await DataDirectory.StartOrphanAsync(commandLine, server.ClusterDirectory))
        {
            orphan.Kill();
            await orphan.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.True(File.Exists(Path.Combine(server.ClusterDirectory, "postmaster.pid")));

        await using var again = await _data.StartAsync();

        Assert.Equal(42, await DataDirectory.QueryAsync<int>(again, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_leftover_postmaster_is_stopped_before_the_new_one_starts()
    {
        var server = await _data.StartAsync();
        await DataDirectory.QueryAsync<object>(server, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");
        var commandLine = DataDirectory.CommandLineOf(server.ProcessId);
        await server.DisposeAsync();
        using var orphan = await DataDirectory.StartOrphanAsync(commandLine, server.ClusterDirectory);

        await using var again = await _data.StartAsync();

        await orphan.WaitForExitAsync();
        Assert.NotEqual(orphan.Id, again.ProcessId);
        Assert.Equal(42, await DataDirectory.QueryAsync<int>(again, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_stale_pid_file_that_names_a_stranger_harms_nobody()
    {
        var server = await _data.StartAsync();
        await server.DisposeAsync();
        using var stranger = Process.Start("sleep", "600");
        string[] lines = [stranger.Id.ToString(CultureInfo.InvariantCulture), server.ClusterDirectory, "1700000000", "5432",
            "", "127.0.0.1", "", "ready"];
        await File.WriteAllLinesAsync(Path.Combine(server.ClusterDirectory, "postmaster.pid"), lines);

        await using (var again = await _data.StartAsync())
            Assert.Equal(1, await DataDirectory.QueryAsync<int>(again, "SELECT 1"));

        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Fact]
    public async Task A_creation_that_was_cut_short_is_begun_again()
    {
        var unfinished = Directory.CreateDirectory(Path.Combine(_data.FullName, "postgres", "data.unfinished"));
        await File.WriteAllTextAsync(Path.Combine(unfinished.FullName, "PG_VERSION"), "1");

        await using var server = await _data.StartAsync();

        Assert.Equal(1, await DataDirectory.QueryAsync<int>(server, "SELECT 1"));
    }

    [Fact]
    public async Task Below_a_closed_folder_the_cluster_lives_where_its_account_can_enter()
    {
        var closed = Directory.CreateDirectory(Path.Combine(_data.FullName, "closed"));
        if (!OperatingSystem.IsWindows())
            closed.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var dataDirectory = Path.Combine(closed.FullName, "data");
        EmbeddedPostgresServer server;
        await using (server = await DataDirectory.StartInAsync(dataDirectory))
            await DataDirectory.QueryAsync<object>(server, "CREATE TABLE kept AS SELECT 42 AS answer; SELECT 1");
        var pointer = Path.Combine(dataDirectory, "postgres.location");
        // Only root runs PostgreSQL under another account; anybody else's own folders are open to it.
        Assert.Equal(Environment.IsPrivilegedProcess, File.Exists(pointer));
        Assert.Equal(Environment.IsPrivilegedProcess, !server.ClusterDirectory.StartsWith(dataDirectory, StringComparison.Ordinal));

        await using (var again = await DataDirectory.StartInAsync(dataDirectory))
            Assert.Equal(42, await DataDirectory.QueryAsync<int>(again, "SELECT answer FROM kept"));

        Directory.Delete(Path.GetDirectoryName(server.ClusterDirectory)!, recursive: true);
        if (Environment.IsPrivilegedProcess)
        {
            var lost = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => DataDirectory.StartInAsync(dataDirectory));
            Assert.Contains("which does not exist", lost.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _data.Dispose();
}
