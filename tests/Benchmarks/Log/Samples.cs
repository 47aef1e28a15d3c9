using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>The state of a stream of samples, as the product keeps states.</summary>
public sealed record Samples(long Count, double Sum) : Aggregate, IAggregate<Samples>
{
    public static string StreamType => "samples";

    public static Samples Initial { get; } = new(0, 0);

    public Samples Apply(Sampled e) => new(Count + 1, Sum + e.Score);
}
