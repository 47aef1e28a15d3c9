namespace EventSourcedAnomaly.Detection.Tests;

public sealed class EvaluationRankingTests
{
    private static readonly double[] Scores = [0.1, 0.4, 0.35, 0.8];
    private static readonly int[] Labels = [0, 0, 1, 1];

    [Fact]
    public void Precision_at_n_looks_at_the_highest_scores()
    {
        Assert.Equal(0.5, Evaluation.PrecisionAtN(Scores, Labels));
        Assert.Equal(1, Evaluation.PrecisionAtN(Scores, Labels, 1));
        Assert.Equal(0.5, Evaluation.PrecisionAtN([1, 1, 1, 1], Labels, 1));
    }

    [Fact]
    public void Best_f1_is_the_greatest_over_all_thresholds()
    {
        // flagging 0.35 and above: precision 2/3, recall 1
        var (f1, threshold) = Evaluation.BestF1(Scores, Labels);
        Assert.Equal(0.8, f1, 12);
        Assert.Equal(0.35, threshold);
    }

    [Fact]
    public void Cross_validation_scores_each_row_once_by_a_detector_that_has_not_seen_it()
    {
        var x = TestData.Cloud(400, 3, outliers: 20);
        var folds = CrossValidation.Run(() => Algorithms.Create("MinCovDet"), x, TestData.LastAreAnomalies(400, 20), folds: 4);
        Assert.Equal(400, folds.Sum(f => f.Rows));
        Assert.All(folds, f => Assert.True(f.RocAuc > 0.99));
    }

    [Fact]
    public void Label_free_criteria_prefer_the_detector_that_knows_where_the_data_is()
    {
        var x = TestData.Cloud(500, 2);
        var good = LabelFreeCriteria.Of(TestData.Fitted("KDE", x), x);
        // one bin per feature gives every row of the box the same score
        var blind = LabelFreeCriteria.Of(TestData.Fitted("HBOS", x, """{"n_bins":1}"""), x);
        Assert.True(good.ExcessMass > blind.ExcessMass);
        Assert.True(good.MassVolume < blind.MassVolume);
    }

    [Fact]
    public void Scores_that_are_no_numbers_are_refused_with_their_row()
    {
        double[] scores = [1, double.NaN, 2];
        int[] labels = [0, 1, 0];
        Action[] measures =
        [
            () => Evaluation.RocAuc(scores, labels), () => Evaluation.AveragePrecision(scores, labels),
            () => Evaluation.PrecisionAtN(scores, labels), () => Evaluation.BestF1(scores, labels),
        ];
        foreach (var measure in measures)
            Assert.Contains("NaN in row 1", Assert.Throws<ArgumentException>(measure).Message, StringComparison.Ordinal);
    }
}
