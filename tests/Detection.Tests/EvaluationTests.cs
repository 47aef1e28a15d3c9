namespace EventSourcedAnomaly.Detection.Tests;

public sealed class EvaluationTests
{
    // the example of scikit-learn's documentation of roc_auc_score and average_precision_score
    private static readonly double[] Scores = [0.1, 0.4, 0.35, 0.8];
    private static readonly int[] Labels = [0, 0, 1, 1];

    [Fact]
    public void Roc_auc_is_the_share_of_pairs_ranked_rightly() => Assert.Equal(0.75, Evaluation.RocAuc(Scores, Labels), 12);

    [Fact]
    public void Average_precision_sums_steps_without_interpolation() =>
        Assert.Equal(0.8333333333333333, Evaluation.AveragePrecision(Scores, Labels), 12);

    [Fact]
    public void Ties_count_one_half_in_roc_auc() => Assert.Equal(0.5, Evaluation.RocAuc([1, 1, 1, 1], [0, 1, 0, 1]), 12);

    [Fact]
    public void Tied_scores_are_one_step_of_average_precision() =>
        Assert.Equal(0.5, Evaluation.AveragePrecision([1, 1, 1, 1], [0, 1, 0, 1]), 12);

    [Fact]
    public void A_missing_class_has_no_roc_auc() => Assert.Equal(double.NaN, Evaluation.RocAuc([1, 2], [0, 0]));

    [Fact]
    public void Confusion_counts_predictions_against_labels()
    {
        var confusion = Evaluation.Confusion([1, 1, 0, 0, 1], [1, 0, 0, 1, 1]);
        Assert.Equal(new ConfusionMatrix(2, 1, 1, 1), confusion);
        Assert.Equal(2.0 / 3, confusion.Precision, 12);
        Assert.Equal(2.0 / 3, confusion.Recall, 12);
        Assert.Equal(2.0 / 3, confusion.F1, 12);
    }

    [Fact]
    public void Labels_other_than_0_and_1_are_refused_with_their_row() =>
        Assert.Contains(
            "got 2 in row 1", Assert.Throws<ArgumentException>(() => Evaluation.RocAuc([1, 2], [0, 2])).Message, StringComparison.Ordinal);
}
