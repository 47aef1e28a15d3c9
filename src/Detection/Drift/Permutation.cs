using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Drift;

/// <summary>A p-value by shuffling which sample each value belongs to (Fisher 1935; the added ones by Phipson and Smyth 2010).</summary>
internal static class Permutation
{
    public static double PValue(
        double[] a, double[] b, double observed, int permutations, int seed, Func<double[], double[], double> statistic)
    {
        var random = new RandomSource(seed);
        double[] pooled = [.. a, .. b];
        Array.Sort(pooled);
        var atLeast = 0;
        for (var p = 0; p < permutations; p++)
        {
            var isFirst = new bool[pooled.Length];
            foreach (var i in random.Sample(pooled.Length, a.Length)) isFirst[i] = true;
            // taking both in order of the pool keeps them sorted
            var first = pooled.Where((_, i) => isFirst[i]).ToArray();
            var second = pooled.Where((_, i) => !isFirst[i]).ToArray();
            if (statistic(first, second) >= observed * (1 - 1e-12)) atLeast++;
        }
        return (atLeast + 1.0) / (permutations + 1.0);
    }
}
