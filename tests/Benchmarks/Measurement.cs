using System.Text.Json;

namespace EventSourcedAnomaly.Benchmarks;

/// <summary>One figure beside the peer or the limit that was measured in the same run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The product's figure.</param>
/// <param name="Unit">Of both figures.</param>
/// <param name="Reference">What it is compared with; null for nothing.</param>
/// <param name="ReferenceValue">Its figure.</param>
/// <param name="Ratio">The product's figure over the reference's; of times that a peer took, how many times faster.</param>
internal sealed record Measurement(
    string Name, double Value, string Unit, string? Reference = null, double? ReferenceValue = null, double? Ratio = null)
{
    /// <summary>Rows per second against a peer's seconds for as many rows.</summary>
    public static Measurement Rate(string name, int rows, double seconds, string? reference, double? referenceSeconds) =>
        new(name, rows / seconds, "rows/s", referenceSeconds is null
            ? null : reference, rows / referenceSeconds, referenceSeconds / seconds);

    /// <summary>A time in microseconds against a peer's seconds.</summary>
    public static Measurement Latency(string name, double seconds, string? reference, double? referenceSeconds) =>
        new(name, seconds * 1e6, "us", referenceSeconds is null ? null : reference, referenceSeconds * 1e6, referenceSeconds / seconds);

    /// <summary>A figure with its reference.</summary>
    public static Measurement Of(string name, double value, string unit, string reference, double referenceValue) =>
        new(name, value, unit, reference, referenceValue, value / referenceValue);

    /// <summary>A figure on its own, against a target that is a fixed number.</summary>
    public static Measurement Against(string name, double value, string unit, string target, double targetValue) =>
        Of(name, value, unit, $"target: {target}", targetValue);
}

/// <summary>Collects measurements and shows them as they come.</summary>
internal sealed class Report
{
    private static readonly JsonSerializerOptions Json = new()
    { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };
    private readonly List<Measurement> _all = [];

    public void Add(Measurement measurement)
    {
        _all.Add(measurement);
        var figure = $"{measurement.Name,-58} {measurement.Value,14:N1} {measurement.Unit,-10}";
        Console.WriteLine(measurement.Ratio is null
            ? $"{figure} {measurement.Reference}"
            : $"{figure} {measurement.Reference,-44} {measurement.ReferenceValue,14:N1} {measurement.Ratio,8:0.00}x");
    }

    /// <summary>Runs a benchmark, and writes its figures where <c>--json FILE</c> says.</summary>
    public static async Task<int> Collect(string[] options, Func<Report, Task> benchmark)
    {
        var report = new Report();
        await benchmark(report);
        if (Array.IndexOf(options, "--json") is >= 0 and var json && json + 1 < options.Length)
        {
            await using var stream = File.Create(options[json + 1]);
            await JsonSerializer.SerializeAsync(stream, report._all, Json);
        }

        return 0;
    }
}
