using EventSourcedAnomaly.Benchmarks.Log;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Benchmarks.Actors;

/// <summary>A grain that appends an event at every turn.</summary>
[Alias("esa.bench.Sampling")]
public interface ISamplingGrain : IGrainWithStringKey
{
    /// <summary>Appends.</summary>
    [Alias("Sample")]
    Task<long> Sample();
}

/// <inheritdoc cref="ISamplingGrain"/>
internal sealed class SamplingGrain(AggregateStore aggregates) : EventSourcedGrain<Samples>(aggregates), ISamplingGrain
{
    private static readonly EventMetadata Metadata = new("user:bench", "request");

    /// <inheritdoc/>
    public Task<long> Sample()
    {
        RequestMetadata.Set(Metadata);
        return Raise(static _ => [Sampled.Example], CancellationToken.None);
    }
}
