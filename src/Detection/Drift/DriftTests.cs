using EventSourcedAnomaly.Detection.Drift;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>Tests of whether current values still come from the distribution of reference values, one feature at a time.</summary>
public static class DriftTests
{
    /// <summary>Two-sample Kolmogorov-Smirnov test: exact p-value for up to 10⁸ pairs, asymptotic beyond.</summary>
    /// <exception cref="ArgumentException">A sample is empty or holds NaN or a number beyond ±1e75; the message gives its
    /// place.</exception>
    public static DriftResult KolmogorovSmirnov(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Check(reference, current);
        return Drift.KolmogorovSmirnov.Test(reference, current);
    }

    /// <summary>
    /// Population stability index Σ (c - r) ln(c / r) over bins of equal reference count; above 0.2 is commonly called a shift. Its
    /// p-value follows from its chi-square limit (Yurdakul 2018).
    /// </summary>
    /// <inheritdoc cref="KolmogorovSmirnov" path="/exception"/>
    public static DriftResult PopulationStabilityIndex(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int bins = 10)
    {
        Check(reference, current);
        CheckPositive(bins, nameof(bins));
        var binned = BinnedShares.Of(reference, current, bins);
        var (r, c) = (BinnedShares.Shares(binned.Reference), BinnedShares.Shares(binned.Current));
        var index = r.Zip(c, (a, b) => (b - a) * Math.Log(b / a)).Sum();
        var perUnit = 1.0 / reference.Length + 1.0 / current.Length;
        return new DriftResult("population_stability_index", index, Survival(index / perUnit, r.Length));
    }

    /// <summary>
    /// Jensen-Shannon distance (the root of the divergence, natural logarithm) between binned shares; p-value from its chi-square
    /// limit.
    /// </summary>
    /// <inheritdoc cref="KolmogorovSmirnov" path="/exception"/>
    public static DriftResult JensenShannon(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int bins = 10)
    {
        Check(reference, current);
        CheckPositive(bins, nameof(bins));
        var binned = BinnedShares.Of(reference, current, bins);
        var distance = JensenShannonDistance(
            Array.ConvertAll(binned.Reference, v => (double)v), Array.ConvertAll(binned.Current, v => (double)v));
        var statistic = 8 * distance * distance / (1.0 / reference.Length + 1.0 / current.Length);
        return new DriftResult("jensen_shannon", distance, Survival(statistic, binned.Reference.Length));
    }

    /// <summary>Jensen-Shannon distance between two unnormalised histograms of the same bins, as SciPy's <c>jensenshannon</c>.</summary>
    public static double JensenShannonDistance(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        CheckSameLength(reference.Length, current.Length, "bins");
        var (totalR, totalC, divergence) = (Total(reference, nameof(reference)), Total(current, nameof(current)), 0.0);
        for (var i = 0; i < reference.Length; i++)
        {
            var (r, c) = (reference[i] / totalR, current[i] / totalC);
            var middle = (r + c) / 2;
            if (r > 0) divergence += r * Math.Log(r / middle) / 2;
            if (c > 0) divergence += c * Math.Log(c / middle) / 2;
        }
        return Math.Sqrt(Math.Max(divergence, 0));
    }

    /// <summary>Pearson's chi-square test that categories are as frequent in both samples, without continuity correction.</summary>
    /// <param name="reference">Counts per category.</param>
    /// <param name="current">Counts per category, in the same order.</param>
    public static DriftResult ChiSquareOfCounts(ReadOnlySpan<int> reference, ReadOnlySpan<int> current)
    {
        CheckSameLength(reference.Length, current.Length, "categories");
        var (totalR, totalC, statistic) = (
            Total(Array.ConvertAll(reference.ToArray(), c => (double)c), nameof(reference)),
            Total(Array.ConvertAll(current.ToArray(), c => (double)c), nameof(current)), 0.0);
        var categories = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var both = (double)reference[i] + current[i];
            if (both == 0) continue;
            categories++;
            var (r, c) = (both * totalR / (totalR + totalC), both * totalC / (totalR + totalC));
            statistic += (reference[i] - r) * (reference[i] - r) / r + (current[i] - c) * (current[i] - c) / c;
        }
        return new DriftResult("chi_square", statistic, Survival(statistic, categories));
    }

    private static double Total(ReadOnlySpan<double> counts, string name)
    {
        var total = 0.0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (!(counts[i] >= 0) || double.IsInfinity(counts[i]))
                throw new ArgumentException($"expected counts of 0 or more, got {counts[i]} in place {i} (counted from 0)", name);
            total += counts[i];
        }
        return total > 0 ? total : throw new ArgumentException("expected at least one count above 0", name);
    }

    /// <summary>A single category cannot differ.</summary>
    private static double Survival(double statistic, int categories) => categories > 1 ? ChiSquare.Survival(statistic, categories - 1) : 1;

    /// <summary>Wasserstein distance of order 1, in the feature's unit; p-value by permutation.</summary>
    /// <inheritdoc cref="KolmogorovSmirnov" path="/exception"/>
    public static DriftResult Wasserstein(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int permutations = 199, int seed = 0)
    {
        Check(reference, current);
        CheckPositive(permutations, nameof(permutations));
        var (a, b) = (RadixSort.Sorted(reference), RadixSort.Sorted(current));
        var distance = WassersteinDistance.Between(a, b);
        return new DriftResult(
            "wasserstein", distance, Permutation.PValue(a, b, distance, permutations, seed, WassersteinDistance.Between));
    }

    private static void Check(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        CheckSample(reference, nameof(reference));
        CheckSample(current, nameof(current));
    }

    private static void CheckSameLength(int reference, int current, string what)
    {
        if (reference != current) throw new ArgumentException($"expected {reference} {what}, got {current}", nameof(current));
    }

    private static void CheckSample(ReadOnlySpan<double> values, string name)
    {
        if (values.IsEmpty) throw new ArgumentException("expected at least one value, got none", name);
        for (var i = 0; i < values.Length; i++)
        {
            if (!(Math.Abs(values[i]) <= Matrix.LargestNumber))
                throw new ArgumentException($"expected numbers from -{Matrix.LargestNumber} to {Matrix.LargestNumber}, got {values[i]} "
                    + $"in place {i} (counted from 0)", name);
        }
    }

    internal static void CheckPositive(int value, string name)
    {
        if (value < 1) throw new ParameterException(name, "an integer >= 1", $"{value}");
    }
}
