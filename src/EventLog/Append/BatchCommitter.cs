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

        var believed = BatchPlan.Beliefs(batch);
        var plan = BatchPlan.Make(batch, _head, new Dictionary<StreamKey, long>(believed), new Dictionary<Guid, StoredEvent>());
        if (plan.Accepted.Count == 0)
        {
            return null;
        }

        await EnsurePartitions(connection, plan.Head);
        await using var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(Claim(believed, _head, plan.Head - _head));
        Store(commands, plan, timestamp);
        try
        {
            await commands.ExecuteNonQueryAsync();
            return plan;
        }
        catch (PostgresException e) when (e.SqlState == MovedOn)
        {
            return null;
        }
    }

    private async Task<BatchPlan> CommitOnFacts(NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch, DateTimeOffset timestamp)
    {
        var (head, versions) = await LockAndRead(connection, batch);
        var stored = batch.Any(append => append.MayRepeat)
            ? await FindStored(connection, batch)
            : new Dictionary<Guid, StoredEvent>();
        var plan = BatchPlan.Make(batch, head, versions, stored);
        await EnsurePartitions(connection, plan.Head);
        await using var commands = new NpgsqlBatch(connection);
        if (plan.Accepted.Count > 0)
        {
            commands.BatchCommands.Add(new NpgsqlBatchCommand("update esa_head set seq = $1") { Parameters = { new() { Value = plan.Head } } });
            Store(commands, plan, timestamp);
        }

        commands.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await commands.ExecuteNonQueryAsync();
        return plan;
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

    private static NpgsqlBatchCommand Claim(Dictionary<StreamKey, long> believed, long head, long count) => new("select esa_claim($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            new() { Value = head },
            new() { Value = count },
            Varchars(believed.Keys.Select(stream => stream.Tenant)),
            Varchars(believed.Keys.Select(stream => stream.Id)),
            new() { Value = believed.Values.ToArray() },
        },
    };

    private static void Store(NpgsqlBatch commands, BatchPlan plan, DateTimeOffset timestamp)
    {
        foreach (var statement in BatchColumns.Of(plan, timestamp).Statements())
        {
            commands.BatchCommands.Add(statement);
        }

        commands.BatchCommands.Add(new NpgsqlBatchCommand("select setval('mt_events_sequence', $1)")
        {
            Parameters = { new() { Value = plan.Head } },
        });
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
