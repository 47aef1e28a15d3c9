using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>
/// A private PostgreSQL server in a data directory of its own: started with this process, reachable on 127.0.0.1 by a generated
/// password only, shut down on dispose, started again at the same address when it dies by accident, and started again safely after this
/// process was killed.
/// </summary>
public sealed class EmbeddedPostgresServer : IAsyncDisposable
{
    private const int PortAttempts = 10;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(10);
    private readonly DataDirectoryLock _lock;
    private readonly ClusterStart _start;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _supervision;
    private volatile PostmasterProcess _postmaster;

    private EmbeddedPostgresServer(DataDirectoryLock held, PostmasterProcess postmaster, ClusterStart start, int port, ILogger logger)
    {
        _lock = held;
        _postmaster = postmaster;
        _start = start;
        _logger = logger;
        Port = port;
        ConnectionString = start.ConnectionStringOf(port);
        Uri = PostgresUri.FromConnectionString(ConnectionString);
        _supervision = SuperviseAsync(_stopping.Token);
    }

    /// <summary>The superuser's connection string in Npgsql's keyword form.</summary>
    public string ConnectionString { get; }

    /// <summary>The same as a libpq URI (for <c>psql</c>); also in the data directory's file <c>postgres.uri</c>, mode 0600.</summary>
    public string Uri { get; }

    /// <summary>The cluster's folder (PGDATA).</summary>
    public string ClusterDirectory => _start.Home.Cluster;

    /// <summary>The TCP port on 127.0.0.1; another one at every start of the product, the same after an accident.</summary>
    public int Port { get; }

    /// <summary>The postmaster's process id; another one after an accident.</summary>
    public int ProcessId => _postmaster.Id;

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
        await _stopping.CancelAsync();
        await _supervision;
        await _postmaster.StopAsync();
        _stopping.Dispose();
        _lock.Dispose();
    }

    private static async Task<EmbeddedPostgresServer> StartHeldAsync(
        DataDirectoryLock held, string dataDirectory, EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        var start = await PrepareAsync(dataDirectory, options, logger, ct);
        for (var attempt = 1; attempt <= PortAttempts; attempt++)
        {
            var port = FreePort();
            if (await start.TryAsync(port, ct) is { } postmaster)
            {
                await PostgresUri.Save(Path.Combine(dataDirectory, "postgres.uri"), start.ConnectionStringOf(port), ct);
                return new EmbeddedPostgresServer(held, postmaster, start, port, logger);
            }
            EmbeddedPostgresLog.PortTaken(logger, port);
        }
        throw new EmbeddedPostgresException($"PostgreSQL did not start: other processes took each of {PortAttempts} free ports before it.");
    }

    private static async Task<ClusterStart> PrepareAsync(string dataDirectory, EmbeddedPostgresOptions options,
        ILogger logger, CancellationToken ct)
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
        var password = (await File.ReadAllTextAsync(home.PasswordFile, ct)).Trim();
        return new ClusterStart(home, binaries, account, options,
            password, new ServerLog(Path.Combine(dataDirectory, "postgres.log")), logger);
    }

    private async Task SuperviseAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var code = await _postmaster.Exited.WaitAsync(ct);
                EmbeddedPostgresLog.Died(_logger, _postmaster.Id, code);
                _postmaster = await RestartAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    /// <summary>Tries until the server is back: whoever holds its address waits for it there.</summary>
    private async Task<PostmasterProcess> RestartAsync(CancellationToken ct)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, ct);
            try
            {
                if (await _start.TryAsync(Port, ct) is { } postmaster)
                    return postmaster;
                EmbeddedPostgresLog.PortTaken(_logger, Port);
            }
            catch (EmbeddedPostgresException e)
            {
                EmbeddedPostgresLog.NotBack(_logger, e);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
