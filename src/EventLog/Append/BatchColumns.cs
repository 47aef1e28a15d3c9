using System.Text.Json;
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
    private const string InsertEvents = """
        insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id, correlation_id, causation_id, headers, mt_dotnet_type, timestamp)
        select *, $12 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string UpsertStreams = """
        insert into mt_streams (tenant_id, id, type, version, snapshot, snapshot_at, snapshot_version, timestamp, created)
        select *, $8, $8 from unnest($1, $2, $3, $4, $5, $6, $7)
        on conflict (tenant_id, id) do update set version = excluded.version, timestamp = excluded.timestamp,
            snapshot = coalesce(excluded.snapshot, mt_streams.snapshot),
            snapshot_at = coalesce(excluded.snapshot_at, mt_streams.snapshot_at),
            snapshot_version = coalesce(excluded.snapshot_version, mt_streams.snapshot_version)
        """;

    private const string InsertAttachments = """
        insert into esa_attachments (tenant_id, stream_id, name, part, data)
        select * from unnest($1, $2, $3, $4, $5)
        on conflict (tenant_id, stream_id, name, part) do update set data = excluded.data
        """;

    private readonly DateTime _timestamp;
    private readonly EventColumns _events;
    private readonly Dictionary<StreamKey, StreamRow> _streams = [];
    private readonly List<(StreamKey Stream, Attachment Attachment)> _attachments = [];

    private BatchColumns(int events, DateTimeOffset timestamp)
    {
        _timestamp = timestamp.UtcDateTime;
        _events = new EventColumns(events);
    }

    /// <summary>Lays out the accepted appends of a plan.</summary>
    public static BatchColumns Of(BatchPlan plan, DateTimeOffset timestamp)
    {
        var columns = new BatchColumns(plan.Accepted.Sum(accepted => accepted.Append.Request.EventCount), timestamp);
        foreach (var accepted in plan.Accepted)
        {
            columns.Add(accepted);
        }

        return columns;
    }

    /// <summary>The statements, in the order in which they have to run.</summary>
    public IEnumerable<NpgsqlBatchCommand> Statements()
    {
        yield return _events.Insert(InsertEvents, _timestamp);
        yield return UpsertCommand();
        if (_attachments.Count > 0)
        {
            yield return AttachmentCommand();
        }
    }

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
                _events.Add(sequence++, append.Stream, ++version, data, request.Origin);
            }

            var row = _streams.GetValueOrDefault(append.Stream);
            _streams[append.Stream] = append.Snapshot is { } snapshot
                ? new StreamRow(append.StreamType, version, snapshot, version)
                : new StreamRow(append.StreamType, version, row.Snapshot, row.SnapshotAt);
            foreach (var attachment in append.Attachments ?? [])
            {
                _attachments.Add((append.Stream, attachment));
            }
        }
    }

    private NpgsqlBatchCommand UpsertCommand()
    {
        var rows = _streams.ToArray();
        return new NpgsqlBatchCommand(UpsertStreams)
        {
            Parameters =
            {
                Column(NpgsqlDbType.Varchar, rows, row => row.Key.Tenant),
                Column(NpgsqlDbType.Varchar, rows, row => row.Key.Id),
                Column(NpgsqlDbType.Varchar, rows, row => row.Value.Type),
                Column(NpgsqlDbType.Bigint, rows, row => row.Value.Version),
                Column(NpgsqlDbType.Jsonb, rows, row => row.Value.Snapshot?.Json),
                Column(NpgsqlDbType.Bigint, rows, row => row.Value.Snapshot is null ? (long?)null : row.Value.SnapshotAt),
                Column(NpgsqlDbType.Integer, rows, row => row.Value.Snapshot?.ShapeVersion),
                new() { Value = _timestamp, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
    }

    private NpgsqlBatchCommand AttachmentCommand() => new(InsertAttachments)
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

    private static NpgsqlParameter Column<TRow, TValue>(NpgsqlDbType type, IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }

    private readonly record struct StreamRow(string Type, long Version, Snapshot? Snapshot, long SnapshotAt);

    private sealed class EventColumns(int capacity)
    {
        private readonly long[] _sequence = new long[capacity];
        private readonly Guid[] _id = new Guid[capacity];
        private readonly string[] _stream = new string[capacity];
        private readonly long[] _version = new long[capacity];
        private readonly byte[][] _data = new byte[capacity][];
        private readonly string[] _type = new string[capacity];
        private readonly string[] _tenant = new string[capacity];
        private readonly string?[] _correlation = new string?[capacity];
        private readonly string?[] _causation = new string?[capacity];
        private readonly byte[][] _headers = new byte[capacity][];
        private readonly string?[] _dotnetType = new string?[capacity];
        private (string Actor, int Schema, byte[] Json) _lastHeaders = (string.Empty, 0, []);
        private int _count;

        public void Add(long sequence, StreamKey stream, long version, EventData data, Origin origin)
        {
            var i = _count++;
            _sequence[i] = sequence;
            _id[i] = data.Id;
            _stream[i] = stream.Id;
            _version[i] = version;
            _data[i] = data.Data;
            _type[i] = data.Type;
            _tenant[i] = stream.Tenant;
            _correlation[i] = origin.CorrelationId;
            _causation[i] = origin.CausationId;
            _headers[i] = Headers(origin.Actor, data.SchemaVersion);
            _dotnetType[i] = data.DotnetType;
        }

        public NpgsqlBatchCommand Insert(string sql, DateTime timestamp) => new(sql)
        {
            Parameters =
            {
                Typed(NpgsqlDbType.Bigint, _sequence),
                Typed(NpgsqlDbType.Uuid, _id),
                Typed(NpgsqlDbType.Varchar, _stream),
                Typed(NpgsqlDbType.Bigint, _version),
                Typed(NpgsqlDbType.Jsonb, _data),
                Typed(NpgsqlDbType.Varchar, _type),
                Typed(NpgsqlDbType.Varchar, _tenant),
                Typed(NpgsqlDbType.Varchar, _correlation),
                Typed(NpgsqlDbType.Varchar, _causation),
                Typed(NpgsqlDbType.Jsonb, _headers),
                Typed(NpgsqlDbType.Varchar, _dotnetType),
                new() { Value = timestamp, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };

        private byte[] Headers(string actor, int schema)
        {
            if (_lastHeaders.Schema != schema || _lastHeaders.Actor != actor)
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(new EventHeaders(actor, schema), EventJson.Options);
                _lastHeaders = (actor, schema, json);
            }

            return _lastHeaders.Json;
        }

        private static NpgsqlParameter Typed<T>(NpgsqlDbType type, T[] values) =>
            new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}

/// <summary>What stands in the <c>headers</c> column.</summary>
internal sealed record EventHeaders(string Actor, int SchemaVersion);
