using System.Diagnostics;
using EventSourcedAnomaly.Ledger;
using global::Marten;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// Stores one batch of appends in one Marten session and one transaction. The order lock is taken first, on the session's own
/// transaction, before any sequence number is drawn: so commits happen in the order of sequence numbers, on all silos together, and
/// under the lock every stream's version can be read and held against what was expected without a race.
/// </summary>
internal sealed class CommitBatch(IDocumentStore store, DatabaseConnections connections, CommitterTelemetry telemetry, TimeProvider time)
{
    /// <summary>The id of the advisory lock that orders commits; of the product's own range.</summary>
    internal const long OrderLock = 0x6573_6100_0001;

    private DateTimeOffset _lastTimestamp;

    /// <summary>Stores what fits and answers each append; throws when nothing was stored, or when that is unknown.</summary>
    public async Task Run(IReadOnlyList<PendingAppend> batch)
    {
        var clock = Stopwatch.GetTimestamp();
        await using var connection = await connections.Writing.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var plan = CommitPlan.Make(batch, await LockAndReadVersions(connection, batch), await FindStored(connection, batch));
        if (plan.Accepted.Count > 0)
        {
            await Store(transaction, plan.Accepted);
        }

        await transaction.CommitAsync();
        telemetry.BatchCommitted(plan.Accepted.Sum(append => append.Request.EventCount), batch.Count - plan.Rejected.Count,
            plan.Rejected.Count, Stopwatch.GetElapsedTime(clock));

        foreach (var append in batch)
        {
            if (plan.Rejected.TryGetValue(append, out var reason))
            {
                append.Fail(reason);
            }
            else
            {
                append.Succeed();
            }
        }
    }

    private async Task Store(NpgsqlTransaction transaction, IReadOnlyList<PendingAppend> accepted)
    {
        var timestamp = Timestamp();
        foreach (var streams in BySession(accepted))
        {
            await using var session = store.LightweightSession(global::Marten.Services.SessionOptions.ForTransaction(transaction));
            foreach (var (metadata, stream) in streams)
            {
                var ofTenant = session.ForTenant(stream.Stream.Tenant);
                var action = ofTenant.Events.Append(
                    stream.Stream.Id, stream.ExpectedVersion + stream.Events.Count, Wrap(ofTenant, metadata, stream, timestamp));
                action.AggregateType = stream.State.GetType();
                ofTenant.StoreObjects([stream.State]);
                foreach (var bulk in stream.Bulk ?? [])
                {
                    BulkStore.Queue(ofTenant, stream.Stream, bulk);
                }
            }

            await session.SaveChangesAsync();
        }
    }

    // Marten's session finds the streams that it has events for by their id alone, whatever the tenant: of two tenants' streams of one
    // id, the second one's events would go to the first. So such streams are stored through sessions of their own.
    private static IEnumerable<IEnumerable<(EventMetadata Metadata, StreamAppend Stream)>> BySession(
        IReadOnlyList<PendingAppend> accepted) => accepted
        .SelectMany(append => append.Request.Streams, (append, stream) => (append.Request.Metadata, Stream: stream))
        .GroupBy(each => each.Stream.Stream.Id, StringComparer.Ordinal)
        .SelectMany(sameId => sameId.Select((each, i) => (Session: i, Each: each)))
        .ToLookup(each => each.Session, each => each.Each);

    // The metadata stands on each event and not on the session, which carries the appends of many callers.
    private static object[] Wrap(IDocumentOperations session, EventMetadata metadata, StreamAppend stream, DateTimeOffset timestamp)
    {
        var wrapped = new object[stream.Events.Count];
        for (var i = 0; i < wrapped.Length; i++)
        {
            var @event = session.Events.BuildEvent(stream.Events[i]);
            @event.Id = stream.EventIds[i];
            @event.Timestamp = timestamp;
            @event.UserName = metadata.Actor;
            @event.CorrelationId = metadata.CorrelationId;
            @event.CausationId = metadata.CausationId;
            @event.TenantId = stream.Stream.Tenant;
            @event.SetHeader(EventSchema.VersionHeader, EventSchema.VersionOf(stream.Events[i].GetType()));
            wrapped[i] = @event;
        }

        return wrapped;
    }

    private static async Task<Dictionary<StreamKey, long>> LockAndReadVersions(
        NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch)
    {
        var streams = batch.SelectMany(append => append.Request.Streams).Select(stream => stream.Stream).ToArray();
        await using var commands = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("select pg_advisory_xact_lock($1)") { Parameters = { new() { Value = OrderLock } } },
                new NpgsqlBatchCommand("""
                    select s.tenant_id, s.id, s.version from unnest($1, $2) k (tenant, stream)
                      join mt_streams s on s.tenant_id = k.tenant and s.id = k.stream
                    """)
                {
                    Parameters = { Varchars(streams.Select(stream => stream.Tenant)), Varchars(streams.Select(stream => stream.Id)) },
                },
            },
        };
        await using var reader = await commands.ExecuteReaderAsync();
        await reader.NextResultAsync();
        var versions = new Dictionary<StreamKey, long>(streams.Length);
        while (await reader.ReadAsync())
        {
            versions[new StreamKey(reader.GetString(0), reader.GetString(1))] = reader.GetInt64(2);
        }

        return versions;
    }

    private static async Task<Dictionary<Guid, StreamKey>> FindStored(NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch)
    {
        var ids = batch.Where(append => append.MayRepeat)
            .SelectMany(append => append.Request.Streams).SelectMany(stream => stream.EventIds).ToArray();
        var stored = new Dictionary<Guid, StreamKey>();
        if (ids.Length == 0)
        {
            return stored;
        }

        await using var command = new NpgsqlCommand("select id, tenant_id, stream_id from mt_events where id = any($1)", connection)
        { Parameters = { new() { Value = ids } } };
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            stored[reader.GetGuid(0)] = new StreamKey(reader.GetString(1), reader.GetString(2));
        }

        return stored;
    }

    // PostgreSQL keeps microseconds; a time that it would round differs between the answer and the log.
    private DateTimeOffset Timestamp()
    {
        var now = time.GetUtcNow();
        now = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return _lastTimestamp = now > _lastTimestamp ? now : _lastTimestamp;
    }

    private static NpgsqlParameter Varchars(IEnumerable<string> values) =>
        new NpgsqlParameter<string[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };
}
