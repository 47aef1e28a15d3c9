namespace EventSourcedAnomaly.Benchmarks.Actors;

/// <summary>A grain that adds in memory.</summary>
[Alias("esa.bench.Adding")]
public interface IAddingGrain : IGrainWithStringKey
{
    /// <summary>Adds.</summary>
    [Alias("Add")]
    ValueTask<long> Add(long by);
}

/// <inheritdoc cref="IAddingGrain"/>
internal sealed class AddingGrain : Grain, IAddingGrain
{
    private long _sum;

    /// <inheritdoc/>
    public ValueTask<long> Add(long by) => new(_sum += by);
}
