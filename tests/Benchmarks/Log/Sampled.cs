using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>A typical event of the product in size and shape.</summary>
public sealed record Sampled(string Id, string Name, double Score, double Threshold, string ModelSha256,
    IReadOnlyList<string> FeatureNames, DateTimeOffset At)
    : IDomainEvent
{
    public static Sampled Example { get; } = new(
        "result_0190f1a2b3c4d5e6f708192a3b4c5d6e", "throughput",
        0.731, 0.5, "ee655119b6c8a09a540f546383fa0e8d226de2908b079fc0a6b9de75aa3dfff9",
        ["cpu", "memory", "requests", "errors"], new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
}
