using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// STL, the seasonal-trend decomposition by loess (Cleveland, Cleveland, McRae, Terpenning 1990), with robustness weights:
/// value = trend + seasonal + residual.
/// </summary>
public sealed record SeasonalTrend(double[] Trend, double[] Seasonal, double[] Residual)
{
    private const int InnerLoops = 2;

    /// <param name="values">The series; NaN values are filled.</param>
    /// <param name="period">Rows of a season, from 2 to half the series.</param>
    /// <param name="seasonal">Odd number of seasons over which a season is smoothed, at least 7.</param>
    /// <param name="outer_iter">Rounds that take weight from rows with large residuals.</param>
    /// <exception cref="ParameterException">A parameter is out of range.</exception>
    /// <exception cref="ArgumentException">There is no value, or one beyond ±1e75.</exception>
    public static SeasonalTrend Decompose(ReadOnlySpan<double> values, int period, int seasonal = 7, int outer_iter = 5) =>
        Of(Series.Prepare(values), period, seasonal, outer_iter);

    /// <summary>The decomposition of a series without gaps.</summary>
    internal static SeasonalTrend Of(double[] values, int period, int seasonal, int outer_iter)
    {
        if (period < 2 || period > values.Length / 2)
            throw new ParameterException("period", $"an integer from 2 to {values.Length / 2}", $"{period}");
        if (seasonal < 7 || seasonal % 2 == 0) throw new ParameterException("seasonal", "an odd integer >= 7", $"{seasonal}");
        var weights = new double[values.Length];
        Array.Fill(weights, 1);
        var (trend, season) = (new double[values.Length], new double[values.Length]);
        // the paper's choice for the smoothing of the trend
        var trendSpan = (int)Math.Ceiling(1.5 * period / (1 - 1.5 / seasonal)) | 1;
        for (var round = 0; round <= outer_iter; round++)
        {
            for (var loop = 0; loop < InnerLoops; loop++)
            {
                season = SeasonOf(Minus(values, trend), weights, period, seasonal);
                trend = Loess.Smooth(Minus(values, season), weights, trendSpan, 0, values.Length);
            }
            weights = Robustness(Minus(Minus(values, trend), season));
        }
        return new SeasonalTrend(trend, season, Minus(Minus(values, trend), season));
    }

    /// <summary>Smooths every phase over the seasons, one beyond either end, and takes out what is slower than a season.</summary>
    private static double[] SeasonOf(double[] detrended, double[] weights, int period, int span)
    {
        var n = detrended.Length;
        var cycles = new double[n + 2 * period];
        for (var phase = 0; phase < period; phase++)
        {
            var rows = Enumerable.Range(0, (n - phase + period - 1) / period).Select(k => phase + k * period).ToArray();
            var smooth = Loess.Smooth(
                Array.ConvertAll(rows, r => detrended[r]), Array.ConvertAll(rows, r => weights[r]), span, -1, rows.Length + 1);
            for (var k = 0; k < smooth.Length; k++) cycles[phase + k * period] = smooth[k];
        }
        var slow = MovingAverage(MovingAverage(MovingAverage(cycles, period), period), 3);
        var even = new double[n];
        Array.Fill(even, 1);
        slow = Loess.Smooth(slow, even, period | 1, 0, n);
        return Minus(cycles.AsSpan(period, n).ToArray(), slow);
    }

    /// <summary>The bisquare of residuals in units of six median absolute residuals.</summary>
    private static double[] Robustness(double[] residuals)
    {
        var scale = 6 * OrderStatistics.Median(Array.ConvertAll(residuals, Math.Abs));
        return Array.ConvertAll(residuals, r => scale == 0 ? 1 : Math.Abs(r) >= scale ? 0 : Math.Pow(1 - Math.Pow(r / scale, 2), 2));
    }

    private static double[] MovingAverage(double[] values, int length)
    {
        var means = new double[values.Length - length + 1];
        for (var i = 0; i < means.Length; i++) means[i] = values.AsSpan(i, length).ToArray().Sum() / length;
        return means;
    }

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];
}
