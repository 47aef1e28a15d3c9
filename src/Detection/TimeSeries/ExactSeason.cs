using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// A series without noise: most of its values are exactly those of their place in the season. Smoothing would spread an outlier of such a
/// series over its season, and there is no noise to hide that.
/// </summary>
internal static class ExactSeason
{
    /// <summary>What each value differs by from the median of its phase; null where fewer than three quarters are equal to it.</summary>
    /// <param name="values">The series without gaps.</param>
    /// <param name="period">Rows of a season.</param>
    public static double[]? Residuals(double[] values, int period)
    {
        var usual = OrderStatistics.Median(values);
        var rounding = Rounding.Of(values);
        var residuals = new double[values.Length];
        var equal = 0;
        for (var phase = 0; phase < Math.Min(period, values.Length); phase++)
        {
            var median = MedianOfPhase(values, phase, period, usual);
            for (var row = phase; row < values.Length; row += period)
            {
                residuals[row] = Math.Abs(values[row] - median) <= rounding ? 0 : values[row] - median;
                if (residuals[row] == 0) equal++;
            }
        }
        return 4L * equal >= 3L * values.Length ? residuals : null;
    }

    /// <summary>Of two values in the middle the one that is nearer to what is usual, for their mean is neither.</summary>
    private static double MedianOfPhase(double[] values, int phase, int period, double usual)
    {
        var ofPhase = Enumerable.Range(0, (values.Length - phase + period - 1) / period).Select(k => values[phase + k * period]).ToArray();
        Array.Sort(ofPhase);
        var (low, high) = (ofPhase[(ofPhase.Length - 1) / 2], ofPhase[ofPhase.Length / 2]);
        return Math.Abs(low - usual) <= Math.Abs(high - usual) ? low : high;
    }
}
