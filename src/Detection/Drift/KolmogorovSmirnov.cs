using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Drift;

/// <summary>The two-sample Kolmogorov-Smirnov test, two-sided.</summary>
internal static class KolmogorovSmirnov
{
    private const long ExactCells = 100_000_000;

    public static DriftResult Test(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var (a, b) = (RadixSort.Sorted(reference), RadixSort.Sorted(current));
        var statistic = Statistic(a, b);
        var p = (long)a.Length * b.Length <= ExactCells ? Exact(a.Length, b.Length, statistic) : Asymptotic(a.Length, b.Length, statistic);
        return new DriftResult("kolmogorov_smirnov", statistic, p);
    }

    /// <summary>Greatest distance between the two empirical distribution functions.</summary>
    private static double Statistic(double[] a, double[] b)
    {
        int i = 0, j = 0;
        var greatest = 0.0;
        while (i < a.Length && j < b.Length)
        {
            var value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= value) i++;
            while (j < b.Length && b[j] <= value) j++;
            greatest = Math.Max(greatest, Math.Abs((double)i / a.Length - (double)j / b.Length));
        }
        return greatest;
    }

    /// <summary>
    /// Share of the lattice paths from (0,0) to (m,n) that ever are as far from the diagonal (Hodges 1958), counted as probabilities
    /// so that nothing overflows and small results keep their digits.
    /// </summary>
    private static double Exact(int m, int n, double statistic)
    {
        // distances are multiples of 1/(m n); half a step guards against rounding
        var limit = (statistic * m - 0.5 / n) * n;
        var outside = new double[n + 1];
        for (var i = 0; i <= m; i++)
        {
            for (var j = 0; j <= n; j++)
            {
                if (Math.Abs((double)i * n - (double)j * m) >= limit) outside[j] = 1;
                else if (i + j == 0) outside[j] = 0;
                else outside[j] = (i * (i > 0 ? outside[j] : 0) + j * (j > 0 ? outside[j - 1] : 0)) / (i + j);
            }
        }
        return Math.Min(outside[n], 1);
    }

    /// <summary>Kolmogorov's limit with Stephens's correction for finite samples (1970).</summary>
    private static double Asymptotic(int m, int n, double statistic)
    {
        var root = Math.Sqrt((double)m * n / (m + n));
        var lambda = (root + 0.12 + 0.11 / root) * statistic;
        var sum = 0.0;
        for (var k = 1; k <= 100; k++) sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * lambda * lambda);
        return lambda < 0.2 ? 1 : Math.Clamp(sum, 0, 1);
    }
}
