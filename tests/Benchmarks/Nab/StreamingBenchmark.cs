using System.Diagnostics;
using System.Text.Json;
using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Benchmarks.Nab;

/// <summary><c>ops/bench streaming</c>: points per second and core of the streaming algorithms.</summary>
internal static class StreamingBenchmark
{
    public static Task Run(Report report, CancellationToken ct)
    {
        Measure(report, "HalfSpaceTrees, 10 trees x height 8, 10-d", "HalfSpaceTrees", "{}", 10, 1_000_000, 700_000, ct);
        Measure(report, "RobustRandomCutForest, 40 trees x 256, 4-d", "RobustRandomCutForest", "{}", 4, 60_000, 20_000, ct);
        Measure(report, "RobustRandomCutForest, 40 x 256, shingle 4", "RobustRandomCutForest",
            """{"shingle_size":4}""", 1, 60_000, 20_000, ct);
        Measure(report, "StreamingZScore, 10-d", "StreamingZScore", "{}", 10, 500_000, null, ct);
        Measure(report, "StreamingEnsemble, 1-d, full window of 8,192", "StreamingEnsemble", "{}", 1, 20_000, null, ct);
        return Task.CompletedTask;
    }

    private static void Measure(
        Report report, string what, string algorithm, string parameters, int features, int points, double? target, CancellationToken ct)
    {
        var detector = StreamingAlgorithms.Create(algorithm, JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(parameters));
        var random = new Random(1);
        var values = new double[points * features];
        for (var i = 0; i < values.Length; i++) values[i] = random.NextDouble();
        var warm = points / 2;
        for (var i = 0; i < warm; i++) detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(i), values.AsSpan(i * features, features));
        ct.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        for (var i = warm; i < points; i++) detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(i), values.AsSpan(i * features, features));
        var rate = (points - warm) / clock.Elapsed.TotalSeconds;
        report.Add(new Measurement(what, rate, "points/s", target is null ? null : "target", target, rate / target));
    }
}
