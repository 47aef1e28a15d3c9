using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>Thresholds found from the scores alone, for when the share of anomalies is not known.</summary>
public static class ThresholdRule
{
    /// <summary>Tukey's fence: the third quartile plus <paramref name="factor"/> interquartile ranges.</summary>
    /// <param name="scores">Raw scores of training rows, at least one.</param>
    /// <param name="factor">1.5 for outliers, 3 for far ones.</param>
    public static double InterquartileRange(ReadOnlySpan<double> scores, double factor = 1.5)
    {
        var sorted = Sorted(scores);
        var (low, high) = (OrderStatistics.Quantile(sorted, 0.25), OrderStatistics.Quantile(sorted, 0.75));
        return high + factor * (high - low);
    }

    /// <summary>
    /// The median plus <paramref name="factor"/> median absolute deviations in units of a normal standard deviation (Iglewicz and
    /// Hoaglin 1993).
    /// </summary>
    /// <inheritdoc cref="InterquartileRange" path="/param[@name='scores']"/>
    public static double MedianAbsoluteDeviation(ReadOnlySpan<double> scores, double factor = 3.5)
    {
        var sorted = Sorted(scores);
        var median = OrderStatistics.Quantile(sorted, 0.5);
        return median + factor * 1.4826022185056018 * OrderStatistics.Median(Array.ConvertAll(sorted, s => Math.Abs(s - median)));
    }

    /// <summary>The mean plus <paramref name="factor"/> standard deviations.</summary>
    /// <inheritdoc cref="InterquartileRange" path="/param[@name='scores']"/>
    public static double StandardDeviations(ReadOnlySpan<double> scores, double factor = 3)
    {
        var sorted = Sorted(scores);
        return Moments.Mean(sorted) + factor * Math.Sqrt(Moments.Variance(sorted));
    }

    /// <summary>
    /// The middle of the widest gap between neighbouring scores of the upper half, where the anomalies part from the rest.
    /// </summary>
    /// <inheritdoc cref="InterquartileRange" path="/param[@name='scores']"/>
    public static double WidestGap(ReadOnlySpan<double> scores)
    {
        var sorted = Sorted(scores);
        var at = sorted.Length - 1;
        for (var i = sorted.Length - 1; i > sorted.Length / 2; i--)
        {
            if (sorted[i] - sorted[i - 1] > sorted[at] - sorted[Math.Max(at - 1, 0)]) at = i;
        }
        return at == 0 ? sorted[0] : (sorted[at] + sorted[at - 1]) / 2;
    }

    private static double[] Sorted(ReadOnlySpan<double> scores)
    {
        if (scores.IsEmpty) throw new ArgumentException("expected at least one score, got none", nameof(scores));
        for (var i = 0; i < scores.Length; i++)
        {
            if (!(Math.Abs(scores[i]) <= Detector.LargestScore))
                throw new ArgumentException(
                    $"scores[{i}]: expected a number from -{Detector.LargestScore} to {Detector.LargestScore}, got {scores[i]}",
                    nameof(scores));
        }
        return RadixSort.Sorted(scores);
    }
}
