using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Migrations;
using JasperFx.Events.Daemon;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.Log.Writer;

/// <summary>The log on a database as a silo opens it, without the rest of the product.</summary>
internal sealed class LogStore : IAsyncDisposable
{
    private const long SchemaLock = 0x6573_6100_0002;
    private readonly ServiceProvider _services;
    private readonly DatabaseConnections _connections;
    private readonly List<IProjectionDaemon> _daemons = [];

    private LogStore(ServiceProvider services, DatabaseConnections connections) => (_services, _connections) = (services, connections);

    public IDocumentStore Store => Get<IDocumentStore>();

    public EventCommitter Committer => Get<EventCommitter>();

    public AggregateStore Aggregates => Get<AggregateStore>();

    public RecordedEventReader Events => Get<RecordedEventReader>();

    public HighWaterMark Mark => Get<HighWaterMark>();

    public NpgsqlDataSource Database => _connections.Database;

    /// <summary>Opens the log, making its tables where they are missing.</summary>
    /// <param name="database">The connection string.</param>
    /// <param name="configure">Adds aggregates, projections and subscriptions.</param>
    /// <param name="ct">Stops the opening.</param>
    public static async Task<LogStore> Open(string database, Action<IServiceCollection> configure, CancellationToken ct)
    {
        var connections = new DatabaseConnections(database, NullLoggerFactory.Instance);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddEventStore(connections);
        configure(services);
        var store = new LogStore(services.BuildServiceProvider(), connections);
        await store.Migrate(ct);
        await store.Mark.Start(ct);
        return store;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Runs every projection and subscription here.</summary>
    public async Task<IProjectionDaemon> StartDaemon()
    {
        var daemon = await Store.BuildProjectionDaemonAsync();
        _daemons.Add(daemon);
        await daemon.StartAllAsync();
        return daemon;
    }

    /// <summary>Runs nothing here any more.</summary>
    public async Task StopDaemons()
    {
        foreach (var daemon in _daemons)
        {
            await daemon.StopAllAsync();
            daemon.Dispose();
        }

        _daemons.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopDaemons();
        await _services.DisposeAsync();
        await _connections.DisposeAsync();
    }

    private async Task Migrate(CancellationToken ct)
    {
        await using var connection = await _connections.Sessions.OpenConnectionAsync(ct);
        await using (var command = new NpgsqlCommand("select pg_advisory_lock($1)", connection)
        { Parameters = { new() { Value = SchemaLock } } })
        {
            await command.ExecuteNonQueryAsync(ct);
        }

        await Store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        var log = Migration.Embedded(typeof(Migrator).Assembly, "After")
            .Where(migration => migration.Name is "log" or "row_level_security");
        await Migrator.Migrate(Database, log, ct);
        await using var guard = new NpgsqlCommand("select guard_tenant_rows()", connection);
        await guard.ExecuteNonQueryAsync(ct);
    }
}
