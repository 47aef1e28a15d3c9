using EventSourcedAnomaly.Detection.TimeSeries;

namespace EventSourcedAnomaly.Detection.Tests.TimeSeries;

/// <summary>Series with little in them, with gaps, and with numbers at the ends of what is accepted.</summary>
public sealed class DegenerateSeriesTests
{
    private static readonly Dictionary<string, Func<double[], double[]>> Methods = new(StringComparer.Ordinal)
    {
        ["z-score"] = values => Deviations.ZScore(values),
        ["median absolute deviation"] = values => Deviations.Mad(values),
        ["interquartile range"] = values => Deviations.Iqr(values),
        ["EWMA"] = values => Deviations.Ewma(values),
        ["level shift"] = values => Deviations.LevelShift(values, 5),
        ["level shift wider than the series"] = values => Deviations.LevelShift(values, int.MaxValue),
        ["PELT"] = values => Array.ConvertAll(ChangePoints.Pelt(values), row => (double)row),
        ["PELT of long segments"] = values => Array.ConvertAll(ChangePoints.Pelt(values, 1, int.MaxValue), row => (double)row),
        ["spectral residual"] = values => SpectralResidual.Scores(values),
        ["spectral residual of wide windows"] = values => SpectralResidual.Scores(values, int.MaxValue, int.MaxValue),
        ["STL"] = values => SeasonalTrend.Decompose(values, 7) is var parts ? [.. parts.Trend, .. parts.Seasonal, .. parts.Residual] : [],
        ["MSTL"] = values => MultiSeasonalTrend.Decompose(values, [12, 5]) is var parts
            ? [.. parts.Trend, .. parts.Seasonal[0], .. parts.Seasonal[1], .. parts.Residual] : [],
        ["seasonal ESD"] = values => Array.ConvertAll(SeasonalEsd.Detect(values, 7), row => (double)row),
        ["matrix profile"] = values => MatrixProfile.Compute(values.Any(double.IsNaN) ? Series.Fill(values) : values, 8).Distances,
    };

    public static TheoryData<string> Names => [.. Methods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_result_is_a_finite_number_and_the_series_stays_as_it_is(string name)
    {
        foreach (var values in CreateSeries())
        {
            double[] before = [.. values];
            Assert.All(Methods[name](values), result => Assert.True(double.IsFinite(result)));
            Assert.Equal(before, values);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Infinite_and_huge_values_are_refused_with_their_row(string name)
    {
        foreach (var bad in new[] { double.PositiveInfinity, double.NegativeInfinity, 1e76, -1e300 })
        {
            var values = Enumerable.Range(0, 60).Select(i => i == 31 ? bad : Math.Sin(i)).ToArray();
            var refused = Assert.Throws<ArgumentException>(() => Methods[name](values));
            Assert.Contains("values[31]: expected a number from -1E+75 to 1E+75", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_series_without_a_value_is_refused(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => Methods[name]([]));
        Assert.Contains("at least one value", Assert.Throws<ArgumentException>(
            () => Methods[name]([.. Enumerable.Repeat(double.NaN, 40)])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("z-score")]
    [InlineData("median absolute deviation")]
    [InlineData("interquartile range")]
    [InlineData("EWMA")]
    [InlineData("level shift")]
    [InlineData("spectral residual")]
    [InlineData("matrix profile")]
    public void The_unit_of_the_values_does_not_change_a_score(string name)
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 120).Select(i => Math.Sin(i) + random.NextDouble() + (i == 80 ? 9 : 0)).ToArray();
        var expected = Methods[name](values);
        foreach (var power in new[] { -900, -500, -40, 100, 200 })
        {
            var scores = Methods[name](Array.ConvertAll(values, v => Math.ScaleB(v, power)));
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], scores[i], 1e-5 * Math.Max(1, expected[i]));
        }
    }

    [Fact]
    public void A_matrix_profile_of_missing_values_is_refused_with_their_row() =>
        Assert.Contains("values[5]: expected a number", Assert.Throws<ArgumentException>(() => MatrixProfile.Compute(
            [.. Enumerable.Range(0, 40).Select(i => i == 5 ? double.NaN : i)], 4)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_uneven_series_is_laid_on_a_grid_only_when_it_ascends_and_the_grid_is_of_a_sensible_size()
    {
        DateTimeOffset[] descending = [DateTimeOffset.UnixEpoch.AddHours(1), DateTimeOffset.UnixEpoch];
        Assert.Contains("timestamps[1]: expected ascending times", Assert.Throws<ArgumentException>(
            () => Series.Resample(descending, [1, 2], TimeSpan.FromMinutes(1))).Message, StringComparison.Ordinal);
        DateTimeOffset[] apart = [DateTimeOffset.MinValue, DateTimeOffset.MaxValue];
        Assert.Contains("expected at most 10000000", Assert.Throws<ArgumentException>(
            () => Series.Resample(apart, [1, 2], TimeSpan.FromSeconds(1))).Message, StringComparison.Ordinal);
        // repeated times fall into one slot
        Assert.Equal([1.5], Series.Resample([DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch], [1, 2], TimeSpan.FromMinutes(1)));
    }

    private static IEnumerable<double[]> CreateSeries()
    {
        var random = new Random(1);
        yield return Of(_ => 0.1);
        yield return Of(_ => 0);
        yield return Of(i => i % 2 == 0 ? -0.0 : 0.0);
        yield return Of(i => i % 3 == 0 ? double.NaN : Math.Sin(i));
        yield return Of(i => i is > 20 and < 80 ? double.NaN : i);
        yield return Of(i => 1e75 * Math.Sin(i));
        yield return Of(i => i % 2 == 0 ? 1e75 : -1e75);
        yield return Of(i => i == 50 ? 1e75 : 0);
        yield return Of(i => 1e-300 * Math.Sin(i));
        yield return Of(i => 1e-170 * Math.Sin(i));
        yield return Of(i => double.Epsilon * (i % 7));
        yield return Of(i => Math.Pow(10, i - 40));
        yield return Of(_ => random.NextDouble());

        static double[] Of(Func<int, double> value) => [.. Enumerable.Range(0, 110).Select(value)];
    }
}
