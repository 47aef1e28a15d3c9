namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>The same state as Marten's own inline snapshot keeps it.</summary>
public sealed partial class InlineSamples
{
    public string Id { get; set; } = string.Empty;

    public long Count { get; set; }

    public double Sum { get; set; }

    public void Apply(Sampled e)
    {
        ArgumentNullException.ThrowIfNull(e);
        (Count, Sum) = (Count + 1, Sum + e.Score);
    }
}
