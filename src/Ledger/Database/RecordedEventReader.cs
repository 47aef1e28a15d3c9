using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.Ledger.Database;

/// <summary>
/// Reads events as they are stored in Marten's tables, byte for byte: what an auditor is given and what the ledger hashes must not
/// pass through today's types. Tombstones, which stand for commits that failed, are no events.
/// </summary>
/// <param name="database">The database of the log.</param>
public sealed class RecordedEventReader(NpgsqlDataSource database)
{
    internal const string Columns =
        "e.seq_id, l.leaf, e.id, e.tenant_id, e.stream_id, e.version, e.type, e.headers->>'schema_version', e.timestamp, e.user_name, "
            + "e.correlation_id, e.causation_id, e.data";

    private const string Source = "mt_events e left join ledger_leaves l on l.seq_id = e.seq_id";
    private const string NoTombstone = "e.type <> 'tombstone'";

    /// <summary>The sequence number of the last committed event, 0 in an empty log.</summary>
    public async Task<long> HighWaterMark(CancellationToken ct)
    {
        await using var command =
            database.CreateCommand("select seq_id from mt_events where type <> 'tombstone' order by seq_id desc limit 1");
        return (long?)await command.ExecuteScalarAsync(ct) ?? 0;
    }

    /// <summary>One stream's events, oldest first, from after a version up to and with another.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> Stream(
        StreamKey stream, CancellationToken ct, long afterVersion = 0, long untilVersion = long.MaxValue, int limit = int.MaxValue)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from {Source} where e.tenant_id = $1 and e.stream_id = $2 and e.version > $3 and e.version <= $4 order by "
                + "e.version limit $5");
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
        await using var command = database.CreateCommand();
        command.CommandText = $"select {Columns} from {Source} where {Conditions(filter, command.Parameters)} order by e.seq_id "
            + $"{(newestFirst ? "desc" : "asc")} limit {limit}";
        return await Collect(command, ct);
    }

    /// <summary>Every matching event up to a sequence number, in constant memory.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <param name="pageSize">How many are fetched at a time.</param>
    public async IAsyncEnumerable<RecordedEvent> All(EventFilter filter, [EnumeratorCancellation] CancellationToken ct, int pageSize = 2000)
    {
        var until = Math.Min(filter.Until, await HighWaterMark(ct));
        var after = filter.After;
        IReadOnlyList<RecordedEvent> page;
        do
        {
            page = await Page(filter with { After = after, Until = until }, pageSize, ct);
            foreach (var recorded in page)
            {
                yield return recorded;
            }

            after = page.Count > 0 ? page[^1].Sequence : until;
        }
        while (page.Count == pageSize);
    }

    /// <summary>The events of some leaves of the ledger, in their order.</summary>
    /// <param name="first">The first leaf.</param>
    /// <param name="count">How many.</param>
    /// <param name="ct">Stops the query.</param>
    public async Task<IReadOnlyList<RecordedEvent>> OfLeaves(long first, int count, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from ledger_leaves l join mt_events e on e.seq_id = l.seq_id where l.leaf >= $1 and l.leaf < $2 order by "
                + "l.leaf");
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = first + count });
        return await Collect(command, ct);
    }

    /// <summary>The events of a command whose columns are <see cref="Columns"/>.</summary>
    internal static async Task<IReadOnlyList<RecordedEvent>> Collect(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var events = new List<RecordedEvent>();
        while (await reader.ReadAsync(ct))
        {
            events.Add(Read(reader));
        }

        return events;
    }

    /// <summary>The event of the current row.</summary>
    internal static RecordedEvent Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        reader.IsDBNull(1) ? null : reader.GetInt64(1),
        reader.GetGuid(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetInt64(5),
        reader.GetString(6),
        reader.IsDBNull(7) ? 1 : int.Parse(reader.GetString(7), System.Globalization.CultureInfo.InvariantCulture),
        reader.GetFieldValue<DateTimeOffset>(8),
        new EventMetadata(Text(reader, 9) ?? "unknown", Text(reader, 10), Text(reader, 11)),
        reader.GetFieldValue<byte[]>(12));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static string Conditions(EventFilter filter, NpgsqlParameterCollection parameters)
    {
        var conditions = new List<string> { NoTombstone };
        Add("e.seq_id > ", filter.After);
        Add("e.seq_id <= ", filter.Until);
        Add("e.tenant_id = ", filter.Tenant);
        Add("e.stream_id = ", filter.Stream);
        Add("e.user_name = ", filter.Actor);
        Add("e.correlation_id = ", filter.CorrelationId);
        Add("e.timestamp >= ", filter.From?.ToUniversalTime());
        Add("e.timestamp < ", filter.To?.ToUniversalTime());
        if (filter.Types is { } types)
        {
            parameters.Add(new() { Value = types.ToArray() });
            conditions.Add($"e.type = any(${parameters.Count})");
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
