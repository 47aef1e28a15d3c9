using System.Numerics;
using EventSourcedAnomaly.Detection.TimeSeries;

namespace EventSourcedAnomaly.Detection.Tests.TimeSeries;

public sealed class TimeSeriesTests
{
    /// <summary>Rosner's (1983) vitamin E data; the generalised ESD test finds three outliers at 5 % (NIST handbook 1.3.5.17.3).</summary>
    private static readonly double[] Rosner =
    [
        -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70, 1.76, 1.77, 1.81, 1.91,
        1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93,
        3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
    ];

    [Fact]
    public void Rosners_test_finds_the_published_outliers_with_the_published_critical_values()
    {
        Assert.Equal([53, 52, 51], SeasonalEsd.Test(Rosner, max_anoms: 10 / 53.5));
        Assert.Equal(3.158, SeasonalEsd.Critical(54, 0.05), 1e-3);
        Assert.Equal(3.085, SeasonalEsd.Critical(45, 0.05), 1e-3);
    }

    [Fact]
    public void Deviations_give_their_textbook_values()
    {
        Assert.Equal([1.5, 0.5, 0.5, 0.5, 0, 0, 1, 2], Deviations.ZScore([2, 4, 4, 4, 5, 5, 7, 9]), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(6 / 1.482602218505602, Deviations.Mad([1, 2, 3, 4, 9])[4], 1e-12);
        Assert.Equal([0.5, 0, 0, 0, 2.5], Deviations.Iqr([1, 2, 3, 4, 9]), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(0, Deviations.ZScore([1, double.NaN, 3])[1]);
        Assert.All(Deviations.ZScore([5, 5, 5]), score => Assert.Equal(0, score));
        var ewma = Deviations.Ewma([0, 2, 5], alpha: 0.5);
        Assert.Equal([0, 0, 4], ewma, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void A_level_shift_peaks_at_the_first_row_of_the_new_level()
    {
        var shifts = Deviations.LevelShift([.. Enumerable.Range(0, 200).Select(i => i % 7 * 0.1 + (i < 120 ? 0 : 5))]);
        Assert.InRange(Array.IndexOf(shifts, shifts.Max()), 117, 123);
    }

    [Fact]
    public void Missing_values_lie_on_the_line_and_irregular_samples_fall_into_even_slots()
    {
        Assert.Equal([1, 1, 2, 3, 4, 4], Series.Fill([double.NaN, 1, double.NaN, double.NaN, 4, double.NaN]));
        DateTimeOffset[] times = [.. new[] { 0, 20, 70, 200 }.Select(s => DateTimeOffset.UnixEpoch.AddSeconds(s))];
        Assert.Equal([2, 5, double.NaN, 7], Series.Resample(times, [1, 3, 5, 7], TimeSpan.FromMinutes(1)));
        Assert.Throws<ArgumentException>(() => Series.Fill([double.NaN]));
    }

    [Fact]
    public void Pelt_finds_the_segmentation_that_trying_all_finds()
    {
        var random = new Random(6);
        double[] values = [.. Enumerable.Range(0, 60).Select(i => random.NextDouble() + (i is >= 20 and < 35 ? 3 : i >= 50 ? -2 : 0))];
        Assert.Equal([20, 35, 50], ChangePoints.Pelt(values));
        for (var min = 1; min <= 7; min += 3) Assert.Equal(Exhaustive(values, 0.4, min), ChangePoints.Pelt(values, 0.4, min));
        Assert.Empty(ChangePoints.Pelt([4, 4, 4, 4, 4]));
    }

    [Fact]
    public void The_matrix_profile_equals_its_definition()
    {
        var random = new Random(8);
        double[] values = [.. Enumerable.Range(0, 90).Select(i => 1e4 + Math.Sin(i / 3.0) + random.NextDouble())];
        const int M = 9;
        foreach (var left in new[] { false, true })
        {
            var profile = MatrixProfile.Compute(values, M, left);
            for (var i = 0; i + M <= values.Length; i++)
            {
                var nearest = double.PositiveInfinity;
                for (var j = 0; j + M <= values.Length; j++)
                {
                    if (Math.Abs(i - j) <= 3 || (left && j > i)) continue;
                    nearest = Math.Min(nearest, Normalised(values, i, M).Zip(Normalised(values, j, M), (a, b) => (a - b) * (a - b)).Sum());
                }
                Assert.Equal(Math.Sqrt(nearest), profile.Distances[i], 1e-6);
            }
        }
    }

    [Fact]
    public void Stl_gives_a_line_and_a_fixed_season_back()
    {
        double[] values = [.. Enumerable.Range(0, 120).Select(i => 3 + 0.5 * i + 4 * Math.Sin(2 * Math.PI * i / 12))];
        var parts = SeasonalTrend.Decompose(values, 12);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(0, parts.Residual[i], 1e-6);
            Assert.Equal(3 + 0.5 * i, parts.Trend[i], 1e-6);
        }
    }

    [Fact]
    public void Seasonal_esd_finds_what_hides_inside_the_season()
    {
        var random = new Random(2);
        double[] values = [.. Enumerable.Range(0, 24 * 20).Select(i => 10 * Math.Sin(2 * Math.PI * i / 24) + random.NextDouble())];
        values[245] += 6;
        values[300] = double.NaN;
        Assert.Equal([245], SeasonalEsd.Detect(values, 24, alpha: 0.001));
    }

    [Fact]
    public void Mstl_tells_two_seasons_and_a_trend_apart()
    {
        double[] brief = [.. Enumerable.Range(0, 600).Select(i => 4 * Math.Sin(2 * Math.PI * i / 6))];
        double[] lasting = [.. Enumerable.Range(0, 600).Select(i => 7 * Math.Cos(2 * Math.PI * i / 30))];
        double[] values = [.. brief.Select((v, i) => 3 + 0.01 * i + v + lasting[i])];
        var parts = MultiSeasonalTrend.Decompose(values, [30, 6]);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], parts.Trend[i] + parts.Seasonal[0][i] + parts.Seasonal[1][i] + parts.Residual[i], 1e-9);
            Assert.Equal(brief[i], parts.Seasonal[0][i], 0.1);
            Assert.Equal(lasting[i], parts.Seasonal[1][i], 0.1);
            Assert.Equal(3 + 0.01 * i, parts.Trend[i], 0.1);
        }
    }

    [Fact]
    public void One_season_of_mstl_is_that_of_stl()
    {
        var random = new Random(4);
        double[] values = [.. Enumerable.Range(0, 90).Select(i => Math.Sin(2 * Math.PI * i / 9) + random.NextDouble())];
        var (several, one) = (MultiSeasonalTrend.Decompose(values, [9]), SeasonalTrend.Decompose(values, 9, 11));
        Assert.Equal(one.Trend, several.Trend);
        Assert.Equal(one.Seasonal, several.Seasonal[0]);
        for (var i = 0; i < values.Length; i++) Assert.Equal(one.Residual[i], several.Residual[i], 1e-12);
    }

    [Fact]
    public void Seasonal_esd_finds_what_hides_inside_two_seasons()
    {
        var random = new Random(2);
        double[] values = [.. Enumerable.Range(0, 600)
            .Select(i => 10 * Math.Sin(2 * Math.PI * i / 6) + 8 * Math.Cos(2 * Math.PI * i / 30) + random.NextDouble())];
        values[245] += 6;
        Assert.Equal([245], SeasonalEsd.Detect(values, [6, 30], alpha: 0.001));
    }

    [Fact]
    public void Periods_that_cannot_be_are_refused_by_name()
    {
        var values = new double[40];
        foreach (var periods in new int[][] { [], [5, 5] })
            Assert.Equal("periods", Assert.Throws<ParameterException>(() => MultiSeasonalTrend.Decompose(values, periods)).Parameter);
        foreach (var periods in new int[][] { [1, 5], [5, 21] })
            Assert.Equal("period", Assert.Throws<ParameterException>(() => MultiSeasonalTrend.Decompose(values, periods)).Parameter);
        Assert.Equal("windows", Assert.Throws<ParameterException>(() => MultiSeasonalTrend.Decompose(values, [5, 7], [7])).Parameter);
        Assert.Equal("iterate", Assert.Throws<ParameterException>(() => MultiSeasonalTrend.Decompose(values, [5], iterate: 0)).Parameter);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(15)]
    [InlineData(37)]
    public void The_fourier_transform_equals_its_definition(int n)
    {
        var random = new Random(n);
        Complex[] values = [.. Enumerable.Range(0, n).Select(_ => new Complex(random.NextDouble(), random.NextDouble()))];
        var transformed = Fourier.Transform(values);
        for (var k = 0; k < n; k++)
        {
            var sum = Complex.Zero;
            for (var j = 0; j < n; j++) sum += values[j] * Complex.FromPolarCoordinates(1, -2 * Math.PI * j * k / n);
            Assert.Equal(0, (sum - transformed[k]).Magnitude, 1e-10);
            Assert.Equal(0, (Fourier.Inverse(transformed)[k] - values[k]).Magnitude, 1e-10);
        }
    }

    [Fact]
    public void The_spectral_residual_peaks_at_a_spike()
    {
        var scores = SpectralResidual.Scores([.. Enumerable.Range(0, 300).Select(i => Math.Sin(i / 5.0) + (i == 200 ? 6 : 0))]);
        Assert.Equal(200, Array.IndexOf(scores, scores.Max()));
    }

    private static double[] Normalised(double[] values, int start, int m)
    {
        var part = values[start..(start + m)];
        var mean = part.Average();
        var deviation = Math.Sqrt(part.Average(v => (v - mean) * (v - mean)));
        return Array.ConvertAll(part, v => (v - mean) / deviation);
    }

    private static int[] Exhaustive(double[] values, double penalty, int min)
    {
        var best = Enumerable.Repeat((Cost: double.PositiveInfinity, Changes: Array.Empty<int>()), values.Length + 1).ToArray();
        best[0] = (-penalty, []);
        for (var end = min; end <= values.Length; end++)
        {
            for (var start = 0; start + min <= end; start++)
            {
                var mean = values[start..end].Average();
                var cost = best[start].Cost + penalty + values[start..end].Sum(v => (v - mean) * (v - mean));
                if (cost < best[end].Cost - 1e-12) best[end] = (cost, start > 0 ? [.. best[start].Changes, start] : []);
            }
        }
        return best[^1].Changes;
    }
}
