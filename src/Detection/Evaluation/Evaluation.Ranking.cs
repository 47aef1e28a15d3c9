namespace EventSourcedAnomaly.Detection;

public static partial class Evaluation
{
    /// <summary>
    /// Share of anomalies among the <paramref name="n"/> highest scores; n is the number of anomalies unless given. Ties across the
    /// border count in part.
    /// </summary>
    /// <inheritdoc cref="RocAuc" path="/param"/>
    public static double PrecisionAtN(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels, int? n = null)
    {
        CheckLabels(scores.Length, labels);
        var (sorted, truth) = Ascending(scores, labels);
        var taken = Math.Min(n ?? Positives(truth, 0, truth.Length), sorted.Length);
        if (taken <= 0) return double.NaN;
        var border = sorted[^taken];
        var (above, positivesAbove, tied, positivesTied) = (0, 0, 0, 0);
        for (var i = 0; i < sorted.Length; i++)
        {
            if (sorted[i] > border) (above, positivesAbove) = (above + 1, positivesAbove + truth[i]);
            else if (sorted[i].Equals(border)) (tied, positivesTied) = (tied + 1, positivesTied + truth[i]);
        }
        return (positivesAbove + (double)(taken - above) * positivesTied / tied) / taken;
    }

    /// <summary>The threshold whose predictions (score &gt;= threshold) have the greatest F1, and that F1.</summary>
    /// <inheritdoc cref="RocAuc" path="/param"/>
    public static (double F1, double Threshold) BestF1(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels)
    {
        CheckLabels(scores.Length, labels);
        var (sorted, truth) = Ascending(scores, labels);
        var (total, found) = (Positives(truth, 0, truth.Length), 0);
        var best = (F1: 0.0, Threshold: double.PositiveInfinity);
        for (int end = sorted.Length, first; end > 0; end = first)
        {
            first = end - 1;
            while (first > 0 && sorted[first - 1].Equals(sorted[end - 1])) first--;
            found += Positives(truth, first, end);
            var f1 = 2.0 * found / (sorted.Length - first + total);
            if (f1 > best.F1) best = (f1, sorted[first]);
        }
        return best;
    }
}
