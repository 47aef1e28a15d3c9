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

/// <summary><c>GET /api/v1/monitor/resources/history</c>: what the last minutes looked like, since this process started.</summary>
internal static class GetResourceHistory
{
    /// <param name="Minutes">How far back it was asked for.</param>
    /// <param name="PeriodSeconds">How much time lies between two samples.</param>
    /// <param name="Samples">The samples, oldest first.</param>
    public sealed record Response(int Minutes, double PeriodSeconds, IReadOnlyList<ResourceUsage> Samples);

    public static IResult Handle(HttpContext http, ResourceMonitor monitor, TimeProvider time)
    {
        var minutes = Http.Query.Whole(http, "minutes", 5, 1, (int)ResourceMonitor.Kept.TotalMinutes);
        return Http.Reply.Ok(new Response(minutes, ResourceMonitor.Period.TotalSeconds, monitor.Series.Since(time.GetUtcNow().AddMinutes(-minutes))));
    }
}
