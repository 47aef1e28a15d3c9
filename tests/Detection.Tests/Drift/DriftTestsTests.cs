namespace EventSourcedAnomaly.Detection.Tests.Drift;

/// <summary>Statistics and p-values of SciPy 1.10.</summary>
public sealed class DriftTestsTests
{
    private static readonly double[] A = [1.2, 0.4, 2.2, 3.1, 0.9, 1.7, 2.5];
    private static readonly double[] B = [2.0, 3.5, 2.9, 4.1, 3.3];
    private static readonly double[] X = [.. Enumerable.Range(0, 100).Select(i => i * 37 % 101 / 101.0)];
    private static readonly double[] Y = [.. X.Take(80).Select(v => v * 1.3 + 0.1)];

    [Fact]
    public void Kolmogorov_smirnov_is_exact()
    {
        Near((0.6571428571428571, 0.11616161616161617), DriftTests.KolmogorovSmirnov(A, B));
        Near((0.315, 0.0002163964391263903), DriftTests.KolmogorovSmirnov(X, Y));
        Near((0, 1), DriftTests.KolmogorovSmirnov([1, 2, 2, 3], [1, 2, 2, 3]));
    }

    [Fact]
    public void Chi_square_of_counts_is_pearsons() =>
        Near((12.52777777777778, 0.0019038276076954943), DriftTests.ChiSquareOfCounts([10, 20, 30], [20, 20, 10]));

    [Fact]
    public void Wasserstein_is_the_area_between_the_distribution_functions()
    {
        Assert.Equal(1.4457142857142853, DriftTests.Wasserstein(A, B).Statistic, 12);
        Assert.Equal(0.2502227722772278, DriftTests.Wasserstein(X, Y).Statistic, 12);
    }

    [Fact]
    public void Jensen_shannon_is_the_root_of_the_divergence()
    {
        Assert.Equal(0.32625164411267443, DriftTests.JensenShannonDistance([10, 20, 30, 40], [40, 30, 20, 10]), 12);
        Assert.Equal(0.5220295860189919, DriftTests.JensenShannonDistance([1, 0, 3], [0, 2, 2]), 12);
    }

    [Fact]
    public void A_shift_is_found_by_every_test_and_sameness_by_none()
    {
        var (before, same, moved) = (Column(1, 0), Column(2, 0), Column(3, 1));
        foreach (var test in new Func<double[], double[], DriftResult>[]
        {
            (r, c) => DriftTests.KolmogorovSmirnov(r, c),
            (r, c) => DriftTests.PopulationStabilityIndex(r, c),
            (r, c) => DriftTests.JensenShannon(r, c),
            (r, c) => DriftTests.Wasserstein(r, c),
            (r, c) => MaximumMeanDiscrepancy.Test(new Matrix(r.Length, 1, r), new Matrix(c.Length, 1, c)),
        })
        {
            Assert.True(test(before, moved).PValue < 0.01);
            Assert.True(test(before, same).PValue > 0.01);
        }
        Assert.True(DriftTests.PopulationStabilityIndex(before, moved).Statistic > 0.2);
    }

    [Fact]
    public void Corrections_for_many_tests_are_those_of_the_textbook()
    {
        double[] p = [0.01, 0.04, 0.03, 0.005];
        Assert.Equal([0.04, 0.16, 0.12, 0.02], MultipleTests.Bonferroni(p).Select(v => Math.Round(v, 12)));
        Assert.Equal([0.03, 0.06, 0.06, 0.02], MultipleTests.Holm(p).Select(v => Math.Round(v, 12)));
        Assert.Equal([0.02, 0.04, 0.04, 0.02], MultipleTests.BenjaminiHochberg(p).Select(v => Math.Round(v, 12)));
    }

    [Fact]
    public void An_empty_sample_is_refused_by_name() =>
        Assert.Equal("current", Assert.Throws<ArgumentException>(() => DriftTests.KolmogorovSmirnov([1], [])).ParamName);

    private static double[] Column(int seed, double shift) => [.. TestData.Cloud(300, 1, seed: seed).Column(0).Select(v => v + shift)];

    private static void Near((double Statistic, double PValue) expected, DriftResult actual)
    {
        Assert.Equal(expected.Statistic, actual.Statistic, 12);
        Assert.Equal(expected.PValue, actual.PValue, 1e-9 * expected.PValue);
    }
}
