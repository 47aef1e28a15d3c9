namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

/// <summary>The newest samples of the machine, oldest first, as many as fit; what is older is forgotten.</summary>
internal sealed class ResourceSeries(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<ResourceUsage> _samples = new(capacity);

    /// <summary>Takes a sample in.</summary>
    public void Add(ResourceUsage sample)
    {
        lock (_gate)
        {
            if (_samples.Count == capacity)
            {
                _samples.Dequeue();
            }

            _samples.Enqueue(sample);
        }
    }

    /// <summary>The samples from a time on.</summary>
    public IReadOnlyList<ResourceUsage> Since(DateTimeOffset time)
    {
        lock (_gate)
        {
            return [.. _samples.Where(sample => sample.Timestamp >= time)];
        }
    }
}
