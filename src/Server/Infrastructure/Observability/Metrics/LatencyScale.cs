namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>
/// Counts latencies in classes whose bounds grow by the square root of two from a quarter of a millisecond, so that a
/// quantile is known to within a fifth at any size.
/// </summary>
internal static class LatencyScale
{
    /// <summary>How many classes there are; the last has no upper bound.</summary>
    public const int Classes = 42;

    private const double SmallestMilliseconds = 0.25;

    /// <summary>The class of a latency.</summary>
    public static int ClassOf(TimeSpan latency) =>
        latency.TotalMilliseconds <= SmallestMilliseconds
            ? 0 : Math.Min(Classes - 1, (int)Math.Ceiling(2 * Math.Log2(latency.TotalMilliseconds / SmallestMilliseconds)));

    /// <summary>
    /// The latency in milliseconds below which a share of the requests lies, placed within its class in proportion; null of none.
    /// </summary>
    public static double? Quantile(IReadOnlyList<long> counts, double share)
    {
        var wanted = share * counts.Sum();
        double passed = 0;
        for (var i = 0; i < counts.Count; i++)
        {
            if (counts[i] > 0 && passed + counts[i] >= wanted)
            {
                var lower = i == 0 ? 0 : UpperBound(i - 1);
                return lower + ((UpperBound(i) - lower) * (wanted - passed) / counts[i]);
            }

            passed += counts[i];
        }

        return null;
    }

    private static double UpperBound(int index) => SmallestMilliseconds * Math.Pow(2, index / 2.0);
}
