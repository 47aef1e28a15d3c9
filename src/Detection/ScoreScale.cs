using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Maps raw scores to [0, 1]: the threshold becomes exactly 0.5, larger is more anomalous. With z = (raw - threshold) / spread and y
/// = asinh z, the score is (1 + y / (1 + |y|)) / 2. The logarithmic tail keeps order among extreme scores, so rankings do not change.
/// </summary>
/// <param name="Threshold">Raw score at which a row becomes an anomaly.</param>
/// <param name="Spread">Robust width of the training scores, greater than 0.</param>
public sealed record ScoreScale(double Threshold, double Spread)
{
    private const double ThresholdRounding = 1e-13;

    /// <summary>The score in [0, 1] of a raw score; infinities map to the ends.</summary>
    public double Score(double raw)
    {
        if (double.IsFinite(raw) && raw > Threshold && !IsAbove(raw)) return 0.5;
        var y = Math.Asinh((raw - Threshold) / Spread);
        if (double.IsInfinity(y)) return y > 0 ? 1 : 0;
        return 0.5 * (1 + y / (1 + Math.Abs(y)));
    }

    /// <summary>Whether a raw score is above the threshold by more than the rounding of float64 explains.</summary>
    public bool IsAbove(double raw) => Rounding.Exceeds(raw, Threshold, ThresholdRounding);

    /// <summary>
    /// The scale of some training scores: the spread is their interquartile range in units of a normal standard deviation, or, where
    /// half of them are equal, their standard deviation, or 1 when all are equal.
    /// </summary>
    internal static ScoreScale FromTraining(ReadOnlySpan<double> sorted, double threshold)
    {
        var spread = (OrderStatistics.Quantile(sorted, 0.75) - OrderStatistics.Quantile(sorted, 0.25)) / 1.3489795003921634;
        if (!IsUsable(spread)) spread = StandardDeviation(sorted);
        return new ScoreScale(threshold, IsUsable(spread) ? spread : 1);
    }

    private static bool IsUsable(double spread) => spread > 0 && double.IsFinite(spread);

    private static double StandardDeviation(ReadOnlySpan<double> values)
    {
        double mean = 0, squares = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var delta = values[i] - mean;
            mean += delta / (i + 1);
            squares += delta * (values[i] - mean);
        }
        return Math.Sqrt(squares / values.Length);
    }
}
