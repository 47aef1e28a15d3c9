using System.Text.Json;

namespace EventSourcedAnomaly.Benchmarks.Detection;

/// <summary>One measured figure beside the peer's, where there is one.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure; larger is better except for times.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Reference">The peer; null without one.</param>
/// <param name="ReferenceValue">The peer's figure in the same unit.</param>
/// <param name="Ratio">How many times better than the peer.</param>
internal sealed record Measurement(string Name, double Value, string Unit, string? Reference, double? ReferenceValue, double? Ratio)
{
    /// <summary>Rows per second against a peer's seconds for as many rows.</summary>
    public static Measurement Rate(string name, int rows, double seconds, string? reference, double? referenceSeconds) =>
        new(name, rows / seconds, "rows/s", referenceSeconds is null ? null : reference,
            rows / referenceSeconds, referenceSeconds / seconds);

    /// <summary>A time in microseconds against a peer's seconds.</summary>
    public static Measurement Latency(string name, double seconds, string? reference, double? referenceSeconds) =>
        new(name, seconds * 1e6, "us", referenceSeconds is null ? null : reference, referenceSeconds * 1e6, referenceSeconds / seconds);

    public static void WriteJson(string path, IEnumerable<Measurement> measurements)
    {
        using var stream = File.Create(path);
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartArray();
        foreach (var m in measurements)
        {
            writer.WriteStartObject();
            writer.WriteString("name", m.Name);
            writer.WriteNumber("value", m.Value);
            writer.WriteString("unit", m.Unit);
            writer.WriteString("reference", m.Reference);
            WriteNumber(writer, "reference_value", m.ReferenceValue);
            WriteNumber(writer, "ratio", m.Ratio);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }
}
