using EventSourcedAnomaly.Detection.TimeSeries;

namespace EventSourcedAnomaly.Detection.Tests.TimeSeries;

/// <summary>Series without noise: rounding is no anomaly, and the one value that differs is found.</summary>
public sealed class NoiselessSeriesTests
{
    [Theory]
    [InlineData(0.1, 50)]
    [InlineData(1e9 + 0.1, 1000)]
    [InlineData(-0.7, 3)]
    public void A_constant_series_deviates_nowhere(double level, int count)
    {
        var series = Enumerable.Repeat(level, count).ToArray();

        Assert.All(Deviations.ZScore(series), score => Assert.Equal(0, score));
        Assert.All(Deviations.Mad(series), score => Assert.Equal(0, score));
        Assert.All(Deviations.Iqr(series), score => Assert.Equal(0, score));
        Assert.All(Deviations.Ewma(series), score => Assert.Equal(0, score));
        Assert.All(Deviations.LevelShift(series, 1), score => Assert.Equal(0, score));
        Assert.Empty(ChangePoints.Pelt(series));
        Assert.Empty(SeasonalEsd.Test(series, robust: true));
        Assert.Empty(SeasonalEsd.Test(series));
    }

    [Theory]
    [InlineData(200, 150, 10.0, 24)]
    [InlineData(3000, 2899, -5.0, 1440)]
    [InlineData(48, 30, 0.1, 24)]
    public void The_only_value_that_differs_is_the_anomaly(int count, int row, double value, int period)
    {
        var series = new double[count];
        series[row] = value;

        Assert.Equal([row], SeasonalEsd.Detect(series, period));
        Assert.Equal([row], SeasonalEsd.Detect(series, [period]));
    }

    [Fact]
    public void A_value_off_an_exact_season_is_the_anomaly()
    {
        double[] season = [0.1, 0.7, 1.3, 0.7];
        var series = Enumerable.Range(0, 80).Select(i => 1e6 + season[i % 4]).ToArray();
        series[41] += 3;

        Assert.Equal([41], SeasonalEsd.Detect(series, 4));
    }

    [Fact]
    public void The_robust_test_finds_a_value_beside_equal_ones()
    {
        var series = new double[20];
        series[7] = 10;

        Assert.Equal([7], SeasonalEsd.Test(series, robust: true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e9)]
    [InlineData(-1e6)]
    public void A_noiseless_step_is_one_change_whatever_the_level(double level)
    {
        var series = Enumerable.Repeat(level + 0.1, 60).Concat(Enumerable.Repeat(level + 0.7, 40)).ToArray();

        Assert.Equal([60], ChangePoints.Pelt(series));
    }
}
