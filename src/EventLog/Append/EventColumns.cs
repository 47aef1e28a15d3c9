using System.Text.Json;
using EventSourcedAnomaly.EventLog.Events;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.EventLog.Append;

/// <summary>The rows of the events, a column an array.</summary>
internal sealed class EventColumns(int capacity)
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

    public void Add(long sequence, StreamKey stream, long version, EventData data, EventMetadata metadata)
    {
        var i = _count++;
        _sequence[i] = sequence;
        _id[i] = data.Id;
        _stream[i] = stream.Id;
        _version[i] = version;
        _data[i] = data.Data;
        _type[i] = data.Type;
        _tenant[i] = stream.Tenant;
        _correlation[i] = metadata.CorrelationId;
        _causation[i] = metadata.CausationId;
        _headers[i] = Headers(metadata.Actor, data.SchemaVersion);
        _dotnetType[i] = data.DotnetType;
    }

    public async Task Copy(NpgsqlBinaryImporter writer, DateTime timestamp)
    {
        for (var i = 0; i < _count; i++)
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(_sequence[i], NpgsqlDbType.Bigint);
            await writer.WriteAsync(_id[i], NpgsqlDbType.Uuid);
            await writer.WriteAsync(_stream[i], NpgsqlDbType.Varchar);
            await writer.WriteAsync(_version[i], NpgsqlDbType.Bigint);
            await writer.WriteAsync(_data[i], NpgsqlDbType.Jsonb);
            await writer.WriteAsync(_type[i], NpgsqlDbType.Varchar);
            await writer.WriteAsync(_tenant[i], NpgsqlDbType.Varchar);
            await WriteText(writer, _correlation[i]);
            await WriteText(writer, _causation[i]);
            await writer.WriteAsync(_headers[i], NpgsqlDbType.Jsonb);
            await WriteText(writer, _dotnetType[i]);
            await writer.WriteAsync(timestamp, NpgsqlDbType.TimestampTz);
        }
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

    public static Task WriteText(NpgsqlBinaryImporter writer, string? text, CancellationToken ct = default) =>
        text is null ? writer.WriteNullAsync(ct) : writer.WriteAsync(text, NpgsqlDbType.Varchar, ct);

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

/// <summary>What stands in the <c>headers</c> column.</summary>
internal sealed record EventHeaders(string Actor, int SchemaVersion);
