using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Ensembles;

/// <summary>
/// Makes the raw scores of different detectors comparable (Kriegel, Kröger, Schubert, Zimek 2011, "Interpreting and unifying outlier
/// scores"): by rank among the training scores, by z-score, or by Gaussian scaling.
/// </summary>
/// <param name="method">rank, z or unify.</param>
/// <param name="detector">A fitted detector.</param>
internal sealed class ScoreUnification(string method, Detector detector)
{
    private readonly double _mean = Moments.Mean(detector.SortedScores);
    private readonly double _deviation = Math.Sqrt(Moments.Variance(detector.SortedScores)) is var d && d > 0 && double.IsFinite(d) ? d : 1;

    public double Of(double raw) => method switch
    {
        "rank" => Rank(raw),
        "z" => (raw - _mean) / _deviation,
        _ => Math.Max(0, SpecialFunctions.Erf((raw - _mean) / (_deviation * Math.Sqrt(2)))),
    };

    /// <summary>
    /// Share of training scores at most this large. The fraction of a rank that the score's own scale adds keeps order among ties and
    /// beyond the training scores.
    /// </summary>
    private double Rank(double raw)
    {
        var sorted = detector.SortedScores;
        return (OrderStatistics.CountAtMost(sorted, raw) + detector.Scale.Score(raw)) / (sorted.Length + 1);
    }
}
