using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EventSourcedAnomaly.Ledger;

/// <summary>
/// The one textual form of a recorded event: a line of JSON with a fixed order of members. The audit export writes these
/// bytes and the ledger hashes them, so the form never changes for an event that is already stored.
/// </summary>
public static class ExportLine
{
    private static readonly JsonWriterOptions WriterOptions = new()
    { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the line, without a line feed at its end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="e">The event.</param>
    public static void Write(IBufferWriter<byte> output, RecordedEvent e)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("seq", e.Sequence);
        if (e.Leaf is { } leaf)
        {
            writer.WriteNumber("leaf", leaf);
        }

        writer.WriteString("id", e.Id);
        writer.WriteString("tenant", e.Tenant);
        writer.WriteString("stream", e.Stream);
        writer.WriteNumber("version", e.Version);
        writer.WriteString("type", e.Type);
        writer.WriteNumber("schema_version", e.SchemaVersion);
        writer.WriteString("timestamp", FormatTime(e.Timestamp));
        writer.WriteString("actor", e.Metadata.Actor);
        writer.WriteString("correlation_id", e.Metadata.CorrelationId);
        writer.WriteString("causation_id", e.Metadata.CausationId);
        writer.WritePropertyName("data");
        writer.WriteRawValue(e.Data, skipInputValidation: true);
        writer.WriteEndObject();
    }

    /// <summary>The line as an array of bytes.</summary>
    public static byte[] Bytes(RecordedEvent e)
    {
        var buffer = new ArrayBufferWriter<byte>(e.Data.Length + 512);
        Write(buffer, e);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>UTC with microseconds: <c>2024-01-01T00:00:00.000000Z</c>.</summary>
    public static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
