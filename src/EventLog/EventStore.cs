using System.Diagnostics;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Schema;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EventLog;

/// <summary>
/// The log of one database as a silo sees it: append, read, snapshots, attachments, and the head to wait for.
/// </summary>
public sealed class EventStore : IAsyncDisposable
{
    private const int MostReaders = 40;
    private readonly NpgsqlDataSource _writing;
    private readonly GroupCommit _commits;
    private readonly HeadAnnouncer _announcer;

    private EventStore(NpgsqlDataSource database, NpgsqlDataSource sessions, NpgsqlDataSource writing, EventTypes types, EventStoreOptions options, ILogger logger)
    {
        Database = database;
        Sessions = sessions;
        _writing = writing;
        Types = types;
        Events = new EventReader(database);
        Snapshots = new SnapshotReader(database, Events, types);
        Attachments = new AttachmentStore(database);
        Head = new LogHead(sessions, Events, options, logger);
        Tail = new LogTail(Events, types);
        Telemetry = new LogTelemetry(() => Head.Sequence);
        _announcer = new HeadAnnouncer(sessions, logger);
        _commits = new GroupCommit(new BatchCommitter(writing, options, Telemetry, Committed), options, Telemetry, logger);
    }

    /// <summary>The schema of the log itself, for <see cref="Migrator"/>.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.Embedded(typeof(EventStore).Assembly, "log");

    /// <summary>Connections for reading, and for tables of projections.</summary>
    public NpgsqlDataSource Database { get; }

    /// <summary>Connections that end when they are closed, for what lives as long as a session: locks and listening.</summary>
    internal NpgsqlDataSource Sessions { get; }

    /// <summary>The event types of this build.</summary>
    public EventTypes Types { get; }

    /// <summary>Reads events.</summary>
    public EventReader Events { get; }

    /// <summary>Reads the state of streams.</summary>
    public SnapshotReader Snapshots { get; }

    /// <summary>Reads and writes bulk bytes.</summary>
    public AttachmentStore Attachments { get; }

    /// <summary>How far the log reaches.</summary>
    public LogHead Head { get; }

    /// <summary>The newest events, shared by this silo's subscriptions.</summary>
    internal LogTail Tail { get; }

    /// <summary>What the log says of its own work.</summary>
    internal LogTelemetry Telemetry { get; }

    /// <summary>Opens the log, bringing the database to the schema of this build first.</summary>
    /// <param name="connectionString">An Npgsql connection string.</param>
    /// <param name="types">The event types of the product.</param>
    /// <param name="migrations">The product's own tables, run after the log's.</param>
    /// <param name="options">Tuning; the defaults suit a server.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="ct">Stops the opening.</param>
    public static async Task<EventStore> Open(
        string connectionString, EventTypes types, IEnumerable<Migration> migrations, EventStoreOptions options, ILoggerFactory loggers, CancellationToken ct)
    {
        // A pooled connection carries no state from one use to the next, so it needs no reset, which would cost more than most queries.
        var database = DataSource("reading", connectionString, loggers, settings =>
        {
            settings.MaxAutoPrepare = 100;
            settings.NoResetOnClose = true;
            // All pools of a silo stay within the hundred connections of a PostgreSQL as it comes: a burst waits, and is not turned away.
            settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, MostReaders);
        });
        var sessions = DataSource("sessions", connectionString, loggers, settings =>
        {
            settings.Pooling = false;
            settings.MaxAutoPrepare = 20;
            settings.KeepAlive = 5;
        });
        var writing = DataSource("writing", connectionString, loggers, settings =>
        {
            settings.MaxAutoPrepare = 32;
            settings.AutoPrepareMinUsages = 1;
            settings.NoResetOnClose = true;
            settings.KeepAlive = 5;
            settings.CommandTimeout = 60;
        });
        await Migrator.Migrate(database, Migrations.Concat(migrations), ct);
        var store = new EventStore(database, sessions, writing, types, options, loggers.CreateLogger<EventStore>());
        store.Head.Advance(await store.Events.Head(ct));
        store.Head.Start();
        return store;
    }

    /// <summary>
    /// Appends events. The task completes when they are committed; it fails with <see cref="VersionConflictException"/> when
    /// a stream is not where it was expected, and then nothing is stored.
    /// </summary>
    /// <param name="request">The events of one stream, or of several that belong together.</param>
    /// <param name="ct">Withdraws the append while it still waits; a commit under way is seen through.</param>
    /// <param name="idempotent">Looks the event ids up first: the same ids twice are stored once.</param>
    public Task<AppendResult> Append(AppendRequest request, CancellationToken ct, bool idempotent = false) =>
        LogTelemetry.Activities.HasListeners() ? AppendTraced(request, idempotent, ct) : _commits.Append(request, idempotent, ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        await _announcer.DisposeAsync();
        await Head.DisposeAsync();
        Telemetry.Dispose();
        Tail.Dispose();
        await _writing.DisposeAsync();
        await Sessions.DisposeAsync();
        await Database.DisposeAsync();
    }

    private async Task<AppendResult> AppendTraced(AppendRequest request, bool idempotent, CancellationToken ct)
    {
        using var activity = LogTelemetry.Activities.StartActivity("append", ActivityKind.Client);
        activity?.SetTag("esa.stream", request.Streams.Count > 0 ? request.Streams[0].Stream.Id : null);
        activity?.SetTag("esa.event_count", request.EventCount);
        activity?.SetTag("correlation_id", request.Metadata.CorrelationId);
        try
        {
            var result = await _commits.Append(request, idempotent, ct);
            activity?.SetTag("esa.sequence", result.LastSequence);
            return result;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
    }

    private void Committed(long head)
    {
        Head.Advance(head);
        _announcer.Announce(head);
    }

    private static NpgsqlDataSource DataSource(string name, string connectionString, ILoggerFactory loggers, Action<NpgsqlConnectionStringBuilder> configure)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Timezone = "UTC" };
        configure(settings);
        // Named, or its metrics would be labelled with the connection string.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.UseLoggerFactory(loggers).Build();
    }
}
