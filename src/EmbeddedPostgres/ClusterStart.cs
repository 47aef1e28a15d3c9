using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>Starts the server of a cluster that is there, again and again if need be.</summary>
internal sealed class ClusterStart(
    ClusterHome home, PostgresBinaries binaries, ServerAccount account, EmbeddedPostgresOptions options, string password,
    ServerLog log, ILogger logger)
{
    /// <summary>Where the cluster lives.</summary>
    public ClusterHome Home => home;

    /// <summary>The superuser's connection string for a server on a port.</summary>
    public string ConnectionStringOf(int port) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = ClusterCreation.SuperUser,
        Password = password,
        Database = "postgres",
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Ends what a killed server left in the cluster, and starts it.</summary>
    /// <returns>The server, accepting connections; null when another process has the port.</returns>
    /// <exception cref="EmbeddedPostgresException">It does not start; the message says what its log says.</exception>
    public async Task<PostmasterProcess?> TryAsync(int port, CancellationToken ct)
    {
        await LeftoverPostmaster.ClearAsync(home.Cluster, account, logger, ct);
        log.BeginStart();
        var command = binaries.Command("postgres", ServerSettings.Arguments(home.Cluster, port, options.Settings));
        var postmaster = await PostmasterProcess.StartAsync(command, account, log.File);
        try
        {
            if (await AcceptsConnectionsAsync(postmaster, ConnectionStringOf(port), ct))
            {
                EmbeddedPostgresLog.Running(logger, binaries.MajorVersion, postmaster.Id, port, home.Directory);
                return postmaster;
            }
        }
        catch
        {
            await postmaster.StopAsync();
            throw;
        }
        return log.SaysPortTaken()
            ? null : throw new EmbeddedPostgresException($"PostgreSQL did not start; '{log.File}' says: {log.LastStart()}");
    }

    /// <summary>Asks until the server answers (true) or ends (false).</summary>
    private async Task<bool> AcceptsConnectionsAsync(PostmasterProcess postmaster, string connectionString, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(options.StartTimeout);
        var probe = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        while (!postmaster.Exited.IsCompleted)
        {
            try
            {
                await using var connection = new NpgsqlConnection(probe);
                await connection.OpenAsync(deadline.Token);
                return true;
            }
            catch (NpgsqlException e) when (e.SqlState is null or PostgresErrorCodes.CannotConnectNow)
            {
                await Task.WhenAny(postmaster.Exited, Task.Delay(TimeSpan.FromMilliseconds(25), deadline.Token));
            }
            catch (PostgresException)
            {
                // A server that took the port first refuses our password; ours then ends by itself, for it cannot listen.
                if (await Task.WhenAny(postmaster.Exited, Task.Delay(TimeSpan.FromSeconds(2), deadline.Token)) != postmaster.Exited)
                    throw;
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new EmbeddedPostgresException(
                    $"PostgreSQL did not accept connections within {options.StartTimeout.TotalSeconds:0} seconds.", e);
            }
        }
        return false;
    }
}
