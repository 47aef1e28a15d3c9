namespace EventSourcedAnomaly.Detection.Tests.Drift;

/// <summary>What the tests of drift accept, and that they answer with numbers.</summary>
public sealed class DriftInputTests
{
    private static readonly Dictionary<string, Func<double[], double[], DriftResult>> Tests = new(StringComparer.Ordinal)
    {
        ["kolmogorov_smirnov"] = (r, c) => DriftTests.KolmogorovSmirnov(r, c),
        ["population_stability_index"] = (r, c) => DriftTests.PopulationStabilityIndex(r, c),
        ["jensen_shannon"] = (r, c) => DriftTests.JensenShannon(r, c),
        ["wasserstein"] = (r, c) => DriftTests.Wasserstein(r, c, permutations: 20),
    };

    public static TheoryData<string> Names => [.. Tests.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_of_any_size_scale_and_number_of_ties_have_a_statistic_and_a_probability(string name)
    {
        double[][] samples =
        [
            [3], [1, 2], [0, 0, 0, 0], [-0.0, 0.0], [1e75, -1e75], [1e-300, 5e-324, 0], [.. Enumerable.Repeat(0.1, 50)],
            [.. Enumerable.Range(0, 50).Select(i => (double)(i % 3))], [.. Enumerable.Range(0, 50).Select(i => Math.Pow(10, i))],
        ];
        foreach (var reference in samples)
        {
            foreach (var current in samples)
            {
                var result = Tests[name](reference, current);
                Assert.True(double.IsFinite(result.Statistic) && result.Statistic >= 0);
                Assert.InRange(result.PValue, 0, 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Missing_infinite_and_huge_values_are_refused_with_their_place(string name)
    {
        foreach (var bad in new[] { double.NaN, double.PositiveInfinity, 1e76 })
        {
            Assert.Contains("in place 2", Assert.Throws<ArgumentException>(() => Tests[name]([1, 2, bad], [1, 2])).Message,
                StringComparison.Ordinal);
            Assert.Contains("in place 0", Assert.Throws<ArgumentException>(() => Tests[name]([1, 2], [bad])).Message,
                StringComparison.Ordinal);
        }
        Assert.Contains("at least one value", Assert.Throws<ArgumentException>(() => Tests[name]([], [1])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_bins_and_permutations_start_at_one()
    {
        Assert.Equal("bins", Assert.Throws<ParameterException>(() => DriftTests.PopulationStabilityIndex([1], [1], 0)).Parameter);
        Assert.Equal("bins", Assert.Throws<ParameterException>(() => DriftTests.JensenShannon([1], [1], -1)).Parameter);
        Assert.Equal("permutations", Assert.Throws<ParameterException>(() => DriftTests.Wasserstein([1], [1], 0)).Parameter);
        var x = TestData.Cloud(5, 2);
        Assert.Equal("permutations", Assert.Throws<ParameterException>(() => MaximumMeanDiscrepancy.Test(x, x, -1)).Parameter);
        Assert.Equal("maxRows", Assert.Throws<ParameterException>(() => MaximumMeanDiscrepancy.Test(x, x, maxRows: 1)).Parameter);
    }

    [Fact]
    public void Counts_are_not_negative_and_not_all_zero()
    {
        Assert.Contains("got -1 in place 1", Assert.Throws<ArgumentException>(
            () => DriftTests.ChiSquareOfCounts([1, -1], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("at least one count", Assert.Throws<ArgumentException>(
            () => DriftTests.ChiSquareOfCounts([1, 1], [0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("at least one count", Assert.Throws<ArgumentException>(
            () => DriftTests.JensenShannonDistance([0, 0], [1, 1])).Message, StringComparison.Ordinal);
    }
}
