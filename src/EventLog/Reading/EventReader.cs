using System.Runtime.CompilerServices;
using EventSourcedAnomaly.EventLog.Events;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.EventLog.Reading;

/// <summary>Which events a reader wants, in the order of the log. Every member narrows the choice; null does not.</summary>
public sealed record EventFilter
{
    /// <summary>Only events after this sequence number.</summary>
    public long After { get; init; }

    /// <summary>Only events up to and with this sequence number.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Only this tenant's events.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only this stream.</summary>
    public string? Stream { get; init; }

    /// <summary>Only these stored event names.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>Only what this actor asked for.</summary>
    public string? Actor { get; init; }

    /// <summary>Only what this request set off.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Only events at or after this time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only events before this time.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>Reads recorded events.</summary>
public sealed class EventReader(NpgsqlDataSource database)
{
    internal const string Columns = "seq_id, id, tenant_id, stream_id, version, type, timestamp, correlation_id, causation_id, headers, data";

    /// <summary>The sequence number of the last committed event, 0 in an empty log.</summary>
    public async Task<long> Head(CancellationToken ct)
    {
        await using var command = database.CreateCommand("select seq from esa_head");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>One stream's events, oldest first, from after a version up to and with another.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> Stream(
        StreamKey stream, CancellationToken ct, long afterVersion = 0, long untilVersion = long.MaxValue, int limit = int.MaxValue)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from mt_events where tenant_id = $1 and stream_id = $2 and version > $3 and version <= $4 order by version limit $5");
        command.Parameters.Add(new() { Value = stream.Tenant, NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = stream.Id, NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = afterVersion });
        command.Parameters.Add(new() { Value = untilVersion });
        command.Parameters.Add(new() { Value = (long)limit });
        return await Collect(command, ct);
    }

    /// <summary>One page of the log, in its order.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Stops the query.</param>
    /// <param name="newestFirst">The last events instead of the first, in reverse.</param>
    public async Task<IReadOnlyList<RecordedEvent>> Page(EventFilter filter, int limit, CancellationToken ct, bool newestFirst = false)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await Page(connection, filter, limit, ct, newestFirst);
    }

    /// <summary>Every matching event up to the head at the time of the call, in constant memory.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <param name="pageSize">How many are fetched at a time.</param>
    public async IAsyncEnumerable<RecordedEvent> All(EventFilter filter, [EnumeratorCancellation] CancellationToken ct, int pageSize = 2000)
    {
        var head = Math.Min(filter.Until, await Head(ct));
        long after = filter.After, range = pageSize;
        while (after < head)
        {
            var until = Math.Min(head, after + range);
            var page = await Page(filter with { After = after, Until = until }, pageSize, ct);
            foreach (var recorded in page)
            {
                yield return recorded;
            }

            after = page.Count == pageSize ? page[^1].Sequence : until;
            range = page.Count < pageSize / 4 ? Math.Min(range * 2, 64L * pageSize) : pageSize;
        }
    }

    /// <summary>
    /// The events after one sequence number up to and with another, of some types or of all. The range is the page: without a
    /// limit the planner cannot mistake how much there is to read, whether it has statistics or not.
    /// </summary>
    internal async Task<IReadOnlyList<RecordedEvent>> Range(long after, long until, IReadOnlyCollection<string>? types, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from mt_events where seq_id > $1 and seq_id <= $2 {(types is null ? string.Empty : "and type = any($3)")} order by seq_id");
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = until });
        if (types is not null)
        {
            command.Parameters.Add(new() { Value = types.ToArray() });
        }

        return await Collect(command, ct);
    }

    /// <summary>The next events of any of some streams, in the order of the log.</summary>
    internal async Task<IReadOnlyList<RecordedEvent>> PageOfStreams(
        IReadOnlyList<StreamKey> streams, long after, long until, int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand($"""
            select {Columns} from mt_events
             where seq_id > $1 and seq_id <= $2 and (tenant_id, stream_id) in (select * from unnest($3::varchar[], $4::varchar[]))
             order by seq_id limit {limit}
            """);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = until });
        command.Parameters.Add(new() { Value = streams.Select(stream => stream.Tenant).ToArray() });
        command.Parameters.Add(new() { Value = streams.Select(stream => stream.Id).ToArray() });
        return await Collect(command, ct);
    }

    internal static async Task<IReadOnlyList<RecordedEvent>> Page(
        NpgsqlConnection connection, EventFilter filter, int limit, CancellationToken ct, bool newestFirst = false)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText =
            $"select {Columns} from mt_events where {Conditions(filter, command.Parameters)} order by seq_id {(newestFirst ? "desc" : "asc")} limit {limit}";
        return await Collect(command, ct);
    }

    private static async Task<IReadOnlyList<RecordedEvent>> Collect(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new RowReader(reader);
        var events = new List<RecordedEvent>();
        while (await reader.ReadAsync(ct))
        {
            events.Add(rows.Read());
        }

        return events;
    }

    private static string Conditions(EventFilter filter, NpgsqlParameterCollection parameters)
    {
        var conditions = new List<string>();
        Add("seq_id > ", filter.After);
        Add("seq_id <= ", filter.Until);
        Add("tenant_id = ", filter.Tenant);
        Add("stream_id = ", filter.Stream);
        Add("headers->>'actor' = ", filter.Actor);
        Add("correlation_id = ", filter.CorrelationId);
        Add("timestamp >= ", filter.From?.ToUniversalTime());
        Add("timestamp < ", filter.To?.ToUniversalTime());
        if (filter.Types is { } types)
        {
            parameters.Add(new() { Value = types.ToArray() });
            conditions.Add($"type = any(${parameters.Count})");
        }

        return string.Join(" and ", conditions);

        void Add<T>(string condition, T? value)
        {
            if (value is not null)
            {
                parameters.Add(new() { Value = value });
                conditions.Add($"{condition}${parameters.Count}");
            }
        }
    }
}
