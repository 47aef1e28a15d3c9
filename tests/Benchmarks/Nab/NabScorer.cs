namespace EventSourcedAnomaly.Benchmarks.Nab;

/// <summary>What an application gains and loses by detections (Lavin and Ahmad 2015).</summary>
internal sealed record NabProfile(string Name, double FalsePositive, double FalseNegative)
{
    public static NabProfile Standard { get; } = new("standard", 0.11, 1);

    public static IReadOnlyList<NabProfile> All { get; } =
        [Standard, new("reward_low_FP_rate", 0.22, 1), new("reward_low_FN_rate", 0.11, 2)];
}

/// <summary>
/// The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015): the earliest detection in a window earns up to 1, a missed
/// window and every detection outside of the windows cost, probation rows are left out.
/// </summary>
internal static class NabScorer
{
    /// <summary>Raw score of one file at a threshold.</summary>
    public static double FileScore(NabSeries series, ReadOnlySpan<double> scores, double threshold, NabProfile profile)
    {
        var total = -profile.FalseNegative * series.Windows.Length;
        var hit = new bool[series.Windows.Length];
        for (var i = series.Probation; i < scores.Length; i++)
        {
            if (!(scores[i] >= threshold)) continue;
            var window = WindowOf(series, i);
            if (window < 0) total += Outside(series, i, profile);
            else if (!hit[window])
            {
                hit[window] = true;
                total += Inside(series.Windows[window], i) + profile.FalseNegative;
            }
        }
        return total;
    }

    /// <summary>The best corpus score over all thresholds, chosen with the labels as the benchmark does.</summary>
    public static (double Threshold, double Score) Optimise(
        IReadOnlyList<NabSeries> corpus, IReadOnlyList<double[]> scores, NabProfile profile)
    {
        var rows = corpus
            .SelectMany((series, f) => Enumerable.Range(series.Probation, series.Values.Length - series.Probation)
                .Select(i => (Score: scores[f][i], File: f, Row: i)))
            .OrderByDescending(r => r.Score).ToArray();
        var earliest = corpus.Select(series => Enumerable.Repeat(int.MaxValue, series.Windows.Length).ToArray()).ToArray();
        var total = Null(corpus, profile);
        var (bestThreshold, best) = (double.PositiveInfinity, total);
        for (var k = 0; k < rows.Length; k++)
        {
            var (score, file, row) = rows[k];
            var series = corpus[file];
            var window = WindowOf(series, row);
            if (window < 0) total += Outside(series, row, profile);
            else if (row < earliest[file][window])
            {
                total += Inside(series.Windows[window], row) + (earliest[file][window] == int.MaxValue
                    ? profile.FalseNegative
                    : -Inside(series.Windows[window], earliest[file][window]));
                earliest[file][window] = row;
            }
            var complete = k + 1 == rows.Length || rows[k + 1].Score < score;
            if (complete && total > best) (bestThreshold, best) = (score, total);
        }
        return (bestThreshold, Normalise(corpus, best, profile));
    }

    /// <summary>The normalised corpus score at one threshold: 0 for detecting nothing, 100 for the first row of each window.</summary>
    public static double At(double threshold, IReadOnlyList<NabSeries> corpus, IReadOnlyList<double[]> scores, NabProfile profile) =>
        Normalise(corpus, corpus.Select((series, f) => FileScore(series, scores[f], threshold, profile)).Sum(), profile);

    public static double Normalise(IReadOnlyList<NabSeries> corpus, double raw, NabProfile profile)
    {
        var perfect = corpus.Sum(series => series.Windows.Length);
        return 100 * (raw - Null(corpus, profile)) / (perfect - Null(corpus, profile));
    }

    private static double Null(IReadOnlyList<NabSeries> corpus, NabProfile profile) =>
        -profile.FalseNegative * corpus.Sum(series => series.Windows.Length);

    private static int WindowOf(NabSeries series, int row) => Array.FindIndex(series.Windows, w => w.First <= row && row <= w.Last);

    private static double Inside(NabWindow window, int row) => Sigmoid(-(double)(window.Last - row + 1) / window.Rows) / Sigmoid(-1);

    private static double Outside(NabSeries series, int row, NabProfile profile)
    {
        var previous = Array.FindLastIndex(series.Windows, w => w.Last < row);
        if (previous < 0) return -profile.FalsePositive;
        var window = series.Windows[previous];
        return profile.FalsePositive * Sigmoid((double)(row - window.Last) / (window.Rows - 1));
    }

    private static double Sigmoid(double y) => y > 3 ? -1 : 2 / (1 + Math.Exp(5 * y)) - 1;
}
