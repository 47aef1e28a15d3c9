namespace EventSourcedAnomaly.Detection;

/// <summary>How well scores or predictions agree with known labels (1 = anomaly, 0 = normal).</summary>
public static partial class Evaluation
{
    /// <summary>
    /// Area under the ROC curve: the probability that an anomaly outranks a normal row, ties counting one half. NaN when one of the
    /// classes is absent.
    /// </summary>
    /// <param name="scores">One score per row, larger being more anomalous.</param>
    /// <param name="labels">One label per row, 0 or 1.</param>
    public static double RocAuc(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels)
    {
        CheckLabels(scores.Length, labels);
        var (sorted, truth) = Ascending(scores, labels);
        long positives = 0;
        var rankSum = 0.0;
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            end = first + 1;
            while (end < sorted.Length && sorted[end].Equals(sorted[first])) end++;
            var tied = Positives(truth, first, end);
            positives += tied;
            rankSum += tied * ((first + 1 + end) / 2.0);
        }
        var negatives = sorted.Length - positives;
        if (positives == 0 || negatives == 0) return double.NaN;
        return (rankSum - positives * (positives + 1) / 2.0) / ((double)positives * negatives);
    }

    /// <summary>
    /// Average precision as scikit-learn defines it: the sum over score thresholds of precision times the gain in recall, without
    /// interpolation. NaN when there is no anomaly.
    /// </summary>
    /// <inheritdoc cref="RocAuc" path="/param"/>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels)
    {
        CheckLabels(scores.Length, labels);
        var (sorted, truth) = Ascending(scores, labels);
        long total = Positives(truth, 0, truth.Length), found = 0;
        if (total == 0) return double.NaN;
        var sum = 0.0;
        for (int end = sorted.Length, first; end > 0; end = first)
        {
            first = end - 1;
            while (first > 0 && sorted[first - 1].Equals(sorted[end - 1])) first--;
            var tied = Positives(truth, first, end);
            found += tied;
            sum += (double)found / (sorted.Length - first) * tied;
        }
        return sum / total;
    }

    /// <summary>Counts predictions against labels.</summary>
    /// <param name="predicted">One prediction per row, 1 = anomaly.</param>
    /// <param name="labels">One label per row, 0 or 1.</param>
    public static ConfusionMatrix Confusion(ReadOnlySpan<int> predicted, ReadOnlySpan<int> labels)
    {
        CheckLabels(predicted.Length, labels);
        int truePositives = 0, falsePositives = 0, falseNegatives = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (predicted[i] == 1 && labels[i] == 1) truePositives++;
            else if (predicted[i] == 1) falsePositives++;
            else if (labels[i] == 1) falseNegatives++;
        }
        return new ConfusionMatrix(
            truePositives, falsePositives, labels.Length - truePositives - falsePositives - falseNegatives, falseNegatives);
    }

    private static void CheckLabels(int rows, ReadOnlySpan<int> labels)
    {
        if (labels.Length != rows)
            throw new ArgumentException($"expected {rows} labels, one per row, got {labels.Length}", nameof(labels));
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is not (0 or 1))
                throw new ArgumentException($"expected labels of 0 or 1, got {labels[i]} in row {i}", nameof(labels));
        }
    }

    private static (double[] Scores, int[] Labels) Ascending(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i]))
                throw new ArgumentException($"expected scores that are numbers, got NaN in row {i}", nameof(scores));
        }
        var (keys, items) = (scores.ToArray(), labels.ToArray());
        Array.Sort(keys, items);
        return (keys, items);
    }

    private static int Positives(int[] labels, int first, int end)
    {
        var count = 0;
        for (var i = first; i < end; i++) count += labels[i];
        return count;
    }
}
