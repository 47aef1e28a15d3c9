using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>
/// A private PostgreSQL server in a data directory of its own: started with this process, reachable on 127.0.0.1 by a generated
/// password only, shut down on dispose, and started again safely after either process was killed.
/// </summary>
public sealed class EmbeddedPostgresServer : IAsyncDisposable
{
    private const int PortAttempts = 10;
    private readonly DataDirectoryLock _lock;
    private readonly PostmasterProcess _postmaster;

    private EmbeddedPostgresServer(DataDirectoryLock held, PostmasterProcess postmaster, ClusterHome home, int port, string password)
    {
        _lock = held;
        _postmaster = postmaster;
        ClusterDirectory = home.Cluster;
        Port = port;
        ConnectionString = ConnectionStringOf(port, password);
        Uri = PostgresUri.FromConnectionString(ConnectionString);
    }

    /// <summary>The superuser's connection string in Npgsql's keyword form.</summary>
    public string ConnectionString { get; }

    /// <summary>The same as a libpq URI (for <c>psql</c>); also in the data directory's file <c>postgres.uri</c>, mode 0600.</summary>
    public string Uri { get; }

    /// <summary>The cluster's folder (PGDATA).</summary>
    public string ClusterDirectory { get; }

    /// <summary>The TCP port on 127.0.0.1; another one at every start.</summary>
    public int Port { get; }

    /// <summary>The postmaster's process id.</summary>
    public int ProcessId => _postmaster.Id;

    /// <summary>Completes with the postmaster's exit code when it ends, by <see cref="DisposeAsync"/> or by an accident.</summary>
    public Task<int> Exited => _postmaster.Exited;

    /// <summary>Takes the data directory, creates the cluster if there is none, and starts the server.</summary>
    /// <returns>The server, accepting connections.</returns>
    /// <exception cref="EmbeddedPostgresException">
    /// The data directory is in use, PostgreSQL's programs are missing, or the server does not start.
    /// </exception>
    public static async Task<EmbeddedPostgresServer> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
            throw new EmbeddedPostgresException("The embedded PostgreSQL runs on Linux only; set a connection string to a server instead.");
        var dataDirectory = Path.GetFullPath(options.DataDirectory);
        Directory.CreateDirectory(dataDirectory);
        var held = DataDirectoryLock.Take(dataDirectory);
        try
        {
            return await StartHeldAsync(held, dataDirectory, options, logger, ct);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Shuts the server down (open transactions are rolled back), waits for its end and gives the data directory free.</summary>
    public async ValueTask DisposeAsync()
    {
        await _postmaster.StopAsync();
        _lock.Dispose();
    }

    private static async Task<EmbeddedPostgresServer> StartHeldAsync(
        DataDirectoryLock held, string dataDirectory, EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        var existing = ClusterHome.Existing(dataDirectory);
        var account = await ServerAccount.ChooseAsync(existing?.Directory, ct);
        var home = existing ?? await ClusterHome.CreateAsync(dataDirectory, account, logger, ct);
        await account.OwnDirectoryAsync(home.Directory, ct);
        var found = await PostgresBinaries.FindAsync(options, home.Version, ct);
        var binaries = await found.ReachableByAsync(account, ct);
        if (home.Version is null)
        {
            EmbeddedPostgresLog.CreatingCluster(logger, binaries.MajorVersion, home.Directory);
            await ClusterCreation.CreateAsync(home, binaries, account, ct);
        }
        await LeftoverPostmaster.ClearAsync(home.Cluster, account, logger, ct);

        var password = (await File.ReadAllTextAsync(home.PasswordFile, ct)).Trim();
        var log = new ServerLog(Path.Combine(dataDirectory, "postgres.log"));
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            log.BeginStart();
            var command = binaries.Command("postgres", ServerSettings.Arguments(home.Cluster, port, options.Settings));
            var postmaster = await PostmasterProcess.StartAsync(command, account, log.File);
            try
            {
                if (await AcceptsConnectionsAsync(postmaster, ConnectionStringOf(port, password), options.StartTimeout, ct))
                {
                    var server = new EmbeddedPostgresServer(held, postmaster, home, port, password);
                    await PostgresUri.Save(Path.Combine(dataDirectory, "postgres.uri"), server.ConnectionString, ct);
                    EmbeddedPostgresLog.Running(logger, binaries.MajorVersion, postmaster.Id, port, home.Directory);
                    return server;
                }
            }
            catch
            {
                await postmaster.StopAsync();
                throw;
            }
            if (!log.SaysPortTaken() || attempt == PortAttempts)
                throw new EmbeddedPostgresException($"PostgreSQL did not start; '{log.File}' says: {log.LastStart()}");
            EmbeddedPostgresLog.PortTaken(logger, port);
        }
    }

    /// <summary>Asks until the server answers (true) or ends (false).</summary>
    private static async Task<bool> AcceptsConnectionsAsync(
        PostmasterProcess postmaster, string connectionString, TimeSpan timeout, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
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
                throw new EmbeddedPostgresException($"PostgreSQL did not accept connections within {timeout.TotalSeconds:0} seconds.", e);
            }
        }
        return false;
    }

    private static string ConnectionStringOf(int port, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = ClusterCreation.SuperUser,
        Password = password,
        Database = "postgres",
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
