namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Medians and percentiles.</summary>
internal static class OrderStatistics
{
    /// <summary>The q-th quantile (0 … 1) of ascending numbers, interpolated linearly as NumPy does by default.</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double q)
    {
        var position = q * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        var fraction = position - below;
        var span = sorted[above] - sorted[below];
        // the same two-sided form as NumPy, so that the result never leaves the two neighbours
        return fraction >= 0.5 ? sorted[above] - span * (1 - fraction) : sorted[below] + span * fraction;
    }

    public static double Median(ReadOnlySpan<double> values)
    {
        using var sorted = new PooledBuffer<double>(values.Length);
        values.CopyTo(sorted.Span);
        sorted.Span.Sort();
        return Quantile(sorted.Span, 0.5);
    }

    /// <summary>How many of the ascending numbers are at most <paramref name="value"/>.</summary>
    public static int CountAtMost(ReadOnlySpan<double> sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] <= value) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
