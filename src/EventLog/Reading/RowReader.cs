using System.Text.Json;
using EventSourcedAnomaly.EventLog.Events;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Reading;

/// <summary>
/// Turns rows into events. Neighbouring rows mostly share their tenant, type and headers, so what the row before had is not
/// decoded again.
/// </summary>
internal sealed class RowReader(NpgsqlDataReader reader)
{
    private string _tenant = string.Empty;
    private string _stream = string.Empty;
    private string _type = string.Empty;
    private byte[] _headersJson = [];
    private string _actor = "unknown";
    private int _schemaVersion = 1;

    /// <summary>The event of the current row, which has the columns of <see cref="EventReader.Columns"/>.</summary>
    public RecordedEvent Read()
    {
        ReadHeaders();
        return new RecordedEvent(
            reader.GetInt64(0),
            reader.GetGuid(1),
            _tenant = Same(_tenant, reader.GetString(2)),
            _stream = Same(_stream, reader.GetString(3)),
            reader.GetInt64(4),
            _type = Same(_type, reader.GetString(5)),
            _schemaVersion,
            reader.GetFieldValue<DateTimeOffset>(6),
            new EventMetadata(_actor, Text(7), Text(8)),
            reader.GetFieldValue<byte[]>(10));
    }

    private static string Same(string before, string now) => before == now ? before : now;

    private string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private void ReadHeaders()
    {
        byte[] json = reader.IsDBNull(9) ? [] : reader.GetFieldValue<byte[]>(9);
        if (json.AsSpan().SequenceEqual(_headersJson))
        {
            return;
        }

        (_headersJson, _actor, _schemaVersion) = (json, "unknown", 1);
        var headers = new Utf8JsonReader(json);
        while (json.Length > 0 && headers.Read())
        {
            if (headers.TokenType == JsonTokenType.PropertyName && headers.ValueTextEquals("actor"u8))
            {
                headers.Read();
                _actor = headers.GetString()!;
            }
            else if (headers.TokenType == JsonTokenType.PropertyName && headers.ValueTextEquals("schema_version"u8))
            {
                headers.Read();
                _schemaVersion = headers.GetInt32();
            }
        }
    }
}
