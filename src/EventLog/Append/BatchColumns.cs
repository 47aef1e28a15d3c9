using EventSourcedAnomaly.EventLog.Events;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.EventLog.Append;

/// <summary>
/// The rows of a planned batch as one array per column, and the statements that store them with a single insert per table
/// however many appends there are.
/// </summary>
internal sealed class BatchColumns
{
    private const string EventColumnNames =
        "seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, causation_id, headers, mt_dotnet_type, timestamp";

    private const string AttachmentsSql = """
        insert into esa_attachments (tenant_id, stream_id, name, part, data)
        select * from unnest($1, $2, $3, $4, $5)
        on conflict (tenant_id, stream_id, name, part) do update set data = excluded.data
        """;

    private readonly DateTime _timestamp;
    private readonly long _head;
    private readonly EventColumns _events;
    private readonly Dictionary<StreamKey, StreamRow> _streams = [];
    private readonly List<(StreamKey Stream, Attachment Attachment)> _attachments = [];

    private BatchColumns(long head, int events, DateTimeOffset timestamp)
    {
        _timestamp = timestamp.UtcDateTime;
        _head = head;
        EventCount = events;
        _events = new EventColumns(events);
    }

    /// <summary>How many events it has.</summary>
    public int EventCount { get; }

    /// <summary>Whether bulk bytes come with them.</summary>
    public bool HasAttachments => _attachments.Count > 0;

    /// <summary>Lays out the accepted appends of a plan.</summary>
    public static BatchColumns Of(BatchPlan plan, DateTimeOffset timestamp)
    {
        var events = plan.Accepted.Sum(accepted => accepted.Append.Request.EventCount);
        var columns = new BatchColumns(plan.Head - events, events, timestamp);
        foreach (var accepted in plan.Accepted)
        {
            columns.Add(accepted);
        }

        return columns;
    }

    /// <summary>Takes the sequence numbers and moves the streams; comes before everything else.</summary>
    public NpgsqlBatchCommand Claim()
    {
        var rows = _streams.ToArray();
        return new NpgsqlBatchCommand("select esa_claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = _head },
                new NpgsqlParameter<long> { TypedValue = EventCount },
                new() { Value = _timestamp, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                Column(NpgsqlDbType.Varchar, rows, row => row.Key.Tenant),
                Column(NpgsqlDbType.Varchar, rows, row => row.Key.Id),
                Column(NpgsqlDbType.Varchar, rows, row => row.Value.Type),
                Column(NpgsqlDbType.Bigint, rows, row => row.Value.Before),
                Column(NpgsqlDbType.Bigint, rows, row => row.Value.Version),
                Column(NpgsqlDbType.Jsonb, rows, row => row.Value.Snapshot?.Json),
                Column(NpgsqlDbType.Bigint, rows, row => row.Value.Snapshot is null ? (long?)null : row.Value.SnapshotAt),
                Column(NpgsqlDbType.Integer, rows, row => row.Value.Snapshot?.ShapeVersion),
                new NpgsqlParameter<long> { TypedValue = rows.LongCount(row => row.Value.Before > 0) },
            },
        };
    }

    /// <summary>Stores the events with one insert.</summary>
    public NpgsqlBatchCommand InsertEvents() => _events.Insert(
        $"insert into mt_events ({EventColumnNames}) select *, $12 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", _timestamp);

    /// <summary>Stores the events with COPY.</summary>
    public async Task CopyEvents(NpgsqlConnection connection)
    {
        await using var writer = await connection.BeginBinaryImportAsync($"copy mt_events ({EventColumnNames}) from stdin (format binary)");
        await _events.Copy(writer, _timestamp);
        await writer.CompleteAsync();
    }

    /// <summary>Stores the bulk bytes.</summary>
    public NpgsqlBatchCommand InsertAttachments() => new(AttachmentsSql)
    {
        Parameters =
        {
            Column(NpgsqlDbType.Varchar, _attachments, row => row.Stream.Tenant),
            Column(NpgsqlDbType.Varchar, _attachments, row => row.Stream.Id),
            Column(NpgsqlDbType.Varchar, _attachments, row => row.Attachment.Name),
            Column(NpgsqlDbType.Integer, _attachments, row => row.Attachment.Part),
            Column(NpgsqlDbType.Bytea, _attachments, row => row.Attachment.Data),
        },
    };

    private void Add(Accepted accepted)
    {
        var request = accepted.Append.Request;
        var sequence = accepted.FirstSequence;
        for (var i = 0; i < request.Streams.Count; i++)
        {
            var append = request.Streams[i];
            var version = accepted.VersionsBefore[i];
            foreach (var data in append.Events)
            {
                _events.Add(sequence++, append.Stream, ++version, data, request.Metadata);
            }

            var row = _streams.TryGetValue(append.Stream, out var earlier)
                ? earlier with { Version = version }
                : new StreamRow(append.StreamType, accepted.VersionsBefore[i], version, null, 0);
            _streams[append.Stream] = append.Snapshot is { } snapshot ? row with { Snapshot = snapshot, SnapshotAt = version } : row;
            foreach (var attachment in append.Attachments ?? [])
            {
                _attachments.Add((append.Stream, attachment));
            }
        }
    }

    private static NpgsqlParameter Column<TRow, TValue>(NpgsqlDbType type, IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    private readonly record struct StreamRow(string Type, long Before, long Version, Snapshot? Snapshot, long SnapshotAt);
}
