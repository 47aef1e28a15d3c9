using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Drift;

/// <summary>Counts of two samples in bins of equal reference count.</summary>
/// <param name="Reference">Reference values per bin.</param>
/// <param name="Current">Current values per bin.</param>
internal sealed record BinnedShares(int[] Reference, int[] Current)
{
    public static BinnedShares Of(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int bins)
    {
        var sorted = RadixSort.Sorted(reference);
        var edges = Enumerable.Range(1, bins - 1).Select(b => OrderStatistics.Quantile(sorted, (double)b / bins)).Distinct().ToArray();
        return new BinnedShares(Count(reference, edges), Count(current, edges));
    }

    private static int[] Count(ReadOnlySpan<double> values, double[] edges)
    {
        var counts = new int[edges.Length + 1];
        foreach (var value in values)
        {
            var at = Array.BinarySearch(edges, value);
            counts[at >= 0 ? at : ~at]++;
        }
        return counts;
    }

    /// <summary>Shares of each bin; an empty bin counts as half a value, so that logarithms stay finite.</summary>
    public static double[] Shares(int[] counts)
    {
        double total = counts.Sum();
        return Array.ConvertAll(counts, c => Math.Max(c, 0.5) / total);
    }
}
