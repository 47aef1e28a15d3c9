using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// How sure a prediction is: the probability that it would be the same had the detector been trained on another sample of the same data
/// (Perini, Vercruyssen, Davis 2020, "Quantifying the confidence of anomaly detectors in their example-wise predictions").
/// </summary>
internal static class OutlierConfidence
{
    /// <param name="sortedTraining">Training scores, ascending.</param>
    /// <param name="expectedAnomalies">n · contamination, rounded down.</param>
    /// <param name="raw">The raw score in question.</param>
    /// <param name="isAnomaly">The prediction whose confidence is asked.</param>
    public static double Of(ReadOnlySpan<double> sortedTraining, int expectedAnomalies, double raw, bool isAnomaly)
    {
        var n = sortedTraining.Length;
        var posterior = (1.0 + OrderStatistics.CountAtMost(sortedTraining, raw)) / (2 + n);
        var confidence = 1 - SpecialFunctions.BinomialCumulative(n - expectedAnomalies, n, posterior);
        return Math.Clamp(isAnomaly ? confidence : 1 - confidence, 0, 1);
    }
}
