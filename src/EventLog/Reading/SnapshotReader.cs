using System.Text.Json;
using EventSourcedAnomaly.EventLog.Archive;
using EventSourcedAnomaly.EventLog.Events;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Reading;

/// <summary>The state of a stream at a version.</summary>
/// <param name="State">The folded state.</param>
/// <param name="Version">How many events led to it; 0 when there is no such stream.</param>
/// <typeparam name="TState">The state's type.</typeparam>
public readonly record struct Versioned<TState>(TState State, long Version);

/// <summary>Loads the state of streams from their snapshots and the events behind them.</summary>
public sealed class SnapshotReader(NpgsqlDataSource database, EventReader events, EventTypes types)
{
    /// <summary>The state of a stream now: its snapshot, when there is one of today's shape, and the events since.</summary>
    public async Task<Versioned<TState>> Load<TState>(StreamKey stream, CancellationToken ct)
        where TState : class, IAggregate<TState>
    {
        await using var command = database.CreateCommand(
            "select version, snapshot, snapshot_at, snapshot_version, type from mt_streams where tenant_id = $1 and id = $2");
        command.Parameters.Add(new() { Value = stream.Tenant });
        command.Parameters.Add(new() { Value = stream.Id });
        var start = new Versioned<TState>(TState.Initial, 0);
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            // The type is compared here: in the condition it would lead the planner to the index by type.
            if (!await reader.ReadAsync(ct) || reader.GetString(4) != TState.StreamType)
            {
                return start;
            }

            var version = reader.GetInt64(0);
            if (!reader.IsDBNull(1) && reader.GetInt32(3) == TState.SnapshotVersion)
            {
                start = new Versioned<TState>(Deserialize<TState>(reader.GetFieldValue<byte[]>(1)), reader.GetInt64(2));
            }

            if (start.Version == version)
            {
                return start;
            }
        }

        return Continue(start, await events.Stream(stream, ct, start.Version));
    }

    /// <summary>The state as it was, folded from the first event up to a version (and no further than a time).</summary>
    public async Task<Versioned<TState>> Replay<TState>(StreamKey stream, long untilVersion, CancellationToken ct)
        where TState : class, IAggregate<TState> =>
        Continue(new Versioned<TState>(TState.Initial, 0), await events.Stream(stream, ct, 0, untilVersion));

    /// <summary>
    /// The states of one tenant's streams of a type, newest first, straight from the snapshots: what one request wrote, the
    /// next one finds here.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="where">A condition on the columns <c>snapshot</c>, <c>created</c>, <c>id</c>, with parameters from $3; or empty.</param>
    /// <param name="parameters">The condition's parameters.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="ct">Stops the query.</param>
    public async Task<(IReadOnlyList<TState> States, long Total)> List<TState>(
        string tenant, string where, IReadOnlyList<object> parameters, int limit, int offset, CancellationToken ct)
        where TState : class, IAggregate<TState>
    {
        var condition = $"tenant_id = $1 and type = $2 and snapshot_version is not null{(where.Length > 0 ? $" and ({where})" : string.Empty)}";
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in new[]
        {
            $"select count(*) from mt_streams where {condition}",
            $"select snapshot from mt_streams where {condition} order by created desc, id desc limit {limit} offset {offset}",
        })
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new() { Value = tenant });
            command.Parameters.Add(new() { Value = TState.StreamType });
            foreach (var parameter in parameters)
            {
                command.Parameters.Add(new() { Value = parameter });
            }

            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(ct);
        var states = new List<TState>();
        while (await reader.ReadAsync(ct))
        {
            states.Add(Deserialize<TState>(reader.GetFieldValue<byte[]>(0)));
        }

        return (states, total);
    }

    private Versioned<TState> Continue<TState>(Versioned<TState> start, IReadOnlyList<RecordedEvent> tail)
        where TState : class, IAggregate<TState>
    {
        var (state, version) = (start.State, start.Version);
        foreach (var recorded in tail)
        {
            if (recorded.Version != ++version)
            {
                throw new ArchiveException($"Events {version} to {recorded.Version - 1} of stream {recorded.Stream} are not in the database: they were archived, and have to be attached again.");
            }

            state = Fold<TState>.Apply(state, types.Deserialize(recorded));
        }

        return new Versioned<TState>(state, version);
    }

    private static TState Deserialize<TState>(byte[] json) => JsonSerializer.Deserialize<TState>(json, EventJson.Options)!;
}
