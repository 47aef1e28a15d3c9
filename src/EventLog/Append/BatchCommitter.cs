using System.Diagnostics;
using EventSourcedAnomaly.EventLog.Events;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.EventLog.Append;

/// <summary>
/// Stores batches over one connection of its own. As long as this silo alone writes, and each append states the version it
/// expects, a batch is one round trip: it is sent on the belief that the log stands where this silo left it, and
/// <c>esa_claim</c> undoes it otherwise. Then, and for appends that expect nothing, the head row is locked first, the
/// versions are read, and the batch is planned on what is really there.
/// </summary>
internal sealed class BatchCommitter(NpgsqlDataSource database, EventStoreOptions options, LogTelemetry telemetry, Action<long> committed) : IAsyncDisposable
{
    private const string MovedOn = "ES001";
    private const int WorthCopying = 256;

    private NpgsqlConnection? _connection;
    private long _head = -1;
    private long _partitionsEnd;
    private DateTimeOffset _lastTimestamp;

    public async Task Commit(IReadOnlyList<PendingAppend> batch)
    {
        try
        {
            var connection = await Connection();
            var timestamp = Timestamp();
            var clock = Stopwatch.GetTimestamp();
            var plan = await CommitOnBelief(connection, batch, timestamp) ?? await CommitOnFacts(connection, batch, timestamp);
            telemetry.BatchCommitted(
                plan.Accepted.Sum(accepted => accepted.Append.Request.EventCount), plan.Rejected.Count, plan.Accepted.Count + plan.Duplicates.Count, Stopwatch.GetElapsedTime(clock));
            _head = plan.Head;
            Answer(plan, timestamp);
            committed(plan.Head);
        }
        catch
        {
            await Disconnect();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await Disconnect();

    private async Task<BatchPlan?> CommitOnBelief(NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch, DateTimeOffset timestamp)
    {
        if (_head < 0 || batch.Any(append => append.MayRepeat || append.Request.Streams.Any(stream => stream.ExpectedVersion < 0)))
        {
            return null;
        }

        var plan = BatchPlan.Make(batch, _head, BatchPlan.Beliefs(batch), new Dictionary<Guid, StoredEvent>());
        if (plan.Rejected.Count > 0)
        {
            return null;
        }

        await EnsurePartitions(connection, plan.Head);
        try
        {
            await Store(connection, plan, timestamp, opens: true);
            return plan;
        }
        catch (PostgresException e) when (e.SqlState == MovedOn || IsTaken(e))
        {
            await Execute(connection, "rollback");
            return null;
        }
    }

    private async Task<BatchPlan> CommitOnFacts(NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch, DateTimeOffset timestamp)
    {
        for (var healed = false; ; healed = true)
        {
            var (head, versions) = await LockAndRead(connection, batch);
            var stored = batch.Any(append => append.MayRepeat)
                ? await FindStored(connection, batch)
                : new Dictionary<Guid, StoredEvent>();
            var plan = BatchPlan.Make(batch, head, versions, stored);
            if (plan.Accepted.Count == 0)
            {
                await Execute(connection, "commit");
                return plan;
            }

            await EnsurePartitions(connection, plan.Head);
            try
            {
                await Store(connection, plan, timestamp, opens: false);
                return plan;
            }
            catch (PostgresException e) when (IsTaken(e) && !healed)
            {
                await Execute(connection, "rollback");
                await Execute(connection, "select esa_resume_head()");
            }
        }
    }

    // Small batches go in one round trip with their transaction around them. COPY, which the database stores faster than
    // an insert, needs a word back before the rows and another after them.
    private static async Task Store(NpgsqlConnection connection, BatchPlan plan, DateTimeOffset timestamp, bool opens)
    {
        var columns = BatchColumns.Of(plan, timestamp);
        await using var commands = new NpgsqlBatch(connection);
        if (columns.EventCount < WorthCopying)
        {
            commands.BatchCommands.Add(columns.Claim());
            commands.BatchCommands.Add(columns.InsertEvents());
        }
        else
        {
            await using var claim = new NpgsqlBatch(connection);
            if (opens)
            {
                claim.BatchCommands.Add(new NpgsqlBatchCommand("begin"));
                opens = false;
            }

            claim.BatchCommands.Add(columns.Claim());
            await claim.ExecuteNonQueryAsync();
            await columns.CopyEvents(connection);
        }

        if (columns.HasAttachments)
        {
            commands.BatchCommands.Add(columns.InsertAttachments());
        }

        if (!opens)
        {
            commands.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        }

        await commands.ExecuteNonQueryAsync();
    }

    private static async Task<(long Head, Dictionary<StreamKey, long> Versions)> LockAndRead(
        NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch)
    {
        var streams = batch.SelectMany(append => append.Request.Streams).Select(stream => stream.Stream).Distinct().ToArray();
        await using var commands = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("begin"),
                new NpgsqlBatchCommand("select seq from esa_head for update"),
                new NpgsqlBatchCommand("""
                    select s.tenant_id, s.id, s.version, s.is_archived from unnest($1, $2) k (tenant, stream)
                      join mt_streams s on s.tenant_id = k.tenant and s.id = k.stream
                    """)
                {
                    Parameters =
                    {
                        Varchars(streams.Select(stream => stream.Tenant)),
                        Varchars(streams.Select(stream => stream.Id)),
                    },
                },
            },
        };
        await using var reader = await commands.ExecuteReaderAsync();
        await reader.ReadAsync();
        var head = reader.GetInt64(0);
        await reader.NextResultAsync();
        var versions = new Dictionary<StreamKey, long>(streams.Length);
        while (await reader.ReadAsync())
        {
            versions[new StreamKey(reader.GetString(0), reader.GetString(1))] = reader.GetBoolean(3) ? long.MaxValue : reader.GetInt64(2);
        }

        return (head, versions);
    }

    private static async Task<Dictionary<Guid, StoredEvent>> FindStored(NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch)
    {
        var ids = batch.SelectMany(append => append.Request.Streams).SelectMany(stream => stream.Events).Select(data => data.Id).ToArray();
        await using var command = new NpgsqlCommand(
            "select id, tenant_id, stream_id, seq_id, version, timestamp from mt_events where id = any($1)", connection)
        {
            Parameters = { new() { Value = ids } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new Dictionary<Guid, StoredEvent>();
        while (await reader.ReadAsync())
        {
            stored[reader.GetGuid(0)] = new StoredEvent(
                new StreamKey(reader.GetString(1), reader.GetString(2)), reader.GetInt64(3), reader.GetInt64(4), reader.GetFieldValue<DateTimeOffset>(5));
        }

        return stored;
    }

    private static void Answer(BatchPlan plan, DateTimeOffset timestamp)
    {
        foreach (var (append, first, before) in plan.Accepted)
        {
            var request = append.Request;
            append.Succeed(new AppendResult(
                first, first + request.EventCount - 1, before[0] + request.Streams[0].Events.Count, timestamp));
        }

        plan.Rejected.ForEach(rejected => rejected.Append.Fail(rejected.Reason));
        plan.Duplicates.ForEach(duplicate => duplicate.Append.Succeed(duplicate.Result));
    }

    private static bool IsTaken(PostgresException e) => e.SqlState == PostgresErrorCodes.UniqueViolation;

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task EnsurePartitions(NpgsqlConnection connection, long head)
    {
        if (head + options.PartitionSize < _partitionsEnd)
        {
            return;
        }

        await using var command = new NpgsqlCommand("select esa_ensure_partitions($1, $2)", connection)
        {
            Parameters = { new() { Value = head }, new() { Value = options.PartitionSize } },
        };
        _partitionsEnd = (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<NpgsqlConnection> Connection()
    {
        if (_connection is null)
        {
            _connection = await database.OpenConnectionAsync();
            _head = -1;
            _partitionsEnd = 0;
            // The planner must never weigh a scan of the streams against an index lookup on stale statistics, and a silo
            // that freezes in mid-transaction must not hold the head for long.
            await using var settings = new NpgsqlCommand(
                """
                set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
                set idle_in_transaction_session_timeout = '10s'; set client_min_messages = warning
                """, _connection);
            await settings.ExecuteNonQueryAsync();
            await EnsurePartitions(_connection, 0);
        }

        return _connection;
    }

    private async Task Disconnect()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    // PostgreSQL keeps microseconds; a time that it would round differs between the answer and the log.
    private DateTimeOffset Timestamp()
    {
        var now = options.Time.GetUtcNow();
        now = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return _lastTimestamp = now > _lastTimestamp ? now : _lastTimestamp;
    }

    private static NpgsqlParameter Varchars(IEnumerable<string> values) =>
        new NpgsqlParameter<string[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };
}
