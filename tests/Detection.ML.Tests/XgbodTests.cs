using EventSourcedAnomaly.Detection.ML.Boosting;
using EventSourcedAnomaly.Detection.Tests;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace EventSourcedAnomaly.Detection.ML.Tests;

public sealed class XgbodTests
{
    [Fact]
    public void Labels_help_where_anomalies_are_dense()
    {
        // anomalies are a cluster of their own, which density alone calls normal
        var (x, labels) = Cluster(600, 60);
        var detector = Fitted(x, labels);
        var alone = TestData.Fitted("KNN", x);

        Assert.True(Evaluation.RocAuc(detector.DecisionScores, labels) > 0.99);
        Assert.True(Evaluation.RocAuc(alone.DecisionScores, labels) < 0.9);
        Assert.Equal(0, detector.Threshold);
    }

    [Fact]
    public void Cross_fitted_scores_know_nothing_of_labels_that_nothing_explains()
    {
        var x = TestData.Cloud(400, 4);
        var random = new Random(8);
        int[] labels = [.. Enumerable.Range(0, 400).Select(_ => random.Next(4) == 0 ? 1 : 0)];
        var detector = Fitted(x, labels);

        Assert.InRange(Evaluation.RocAuc(detector.DecisionScores, labels), 0.35, 0.65);
        Assert.True(Evaluation.RocAuc(detector.DecisionFunction(x), labels) > 0.9);
    }

    [Fact]
    public void Cross_validation_keeps_the_labels_of_a_fold_from_its_detector()
    {
        var (x, labels) = Cluster(300, 30);
        var folds = CrossValidation.Run(() => MachineLearningAlgorithms.Catalog.Create("XGBOD"), x, labels, folds: 3);

        Assert.All(folds, fold => Assert.True(fold.RocAuc > 0.95));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_stored_bytes_the_same_scores()
    {
        var (x, labels) = Cluster(200, 20);
        var (one, two) =
            (Fitted(x, labels, """{"colsample_bytree":0.5}""", seed: 6), Fitted(x, labels, """{"colsample_bytree":0.5}""", seed: 6));
        two.MaxDegreeOfParallelism = 1;
        var restored = MachineLearningAlgorithms.Catalog.Read(one.ToBytes());

        Assert.Equal(one.ToBytes(), two.ToBytes());
        Assert.Equal(one.DecisionFunction(x), restored.DecisionFunction(x));
        Assert.Equal(one.DecisionScores, restored.DecisionScores);
        for (var i = 0; i < 20; i++) Assert.Equal(restored.DecisionFunction(x)[i], restored.DecisionFunction(x.Row(i)));
    }

    [Fact]
    public void Trees_say_what_FastTree_says()
    {
        var (x, labels) = Cluster(300, 60);
        var ml = new MLContext(3);
        var trees = BoostedTrees.Fit(Tables.Rounded(x), labels, new BoostingSettings(20, 8, 5, 0.1, 1, 3), CancellationToken.None);
        var data = ml.Singles(x, labels);
        var theirs = ml.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
        {
            NumberOfTrees = 20, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 5, LearningRate = 0.1, NumberOfThreads = 1,
            Seed = 3, FeatureSelectionSeed = 3,
        }).Fit(data).Transform(data).GetColumn<float>("Score").ToArray();

        for (var i = 0; i < x.Rows; i++)
            Assert.Equal(theirs[i], (float)trees.Margin(x.Row(i).ToArray().Select(v => (float)v).ToArray()), 1e-5f);
    }

    [Fact]
    public void Contributions_add_up_to_the_score()
    {
        var (x, labels) = Cluster(200, 20);
        var detector = Fitted(x, labels);
        var row = x.Row(199);

        Assert.Equal(detector.DecisionFunction(row) - detector.BaseValue, detector.Contributions(row).Sum(), 1e-9);
    }

    [Fact]
    public void Members_and_contamination_are_chosen()
    {
        var (x, labels) = Cluster(200, 20);
        var detector = Fitted(
            x, labels, """{"base_estimators":["ECOD",{"algorithm":"KNN","hyperparameters":{"n_neighbors":3}}],"contamination":0.25,"n_folds":2,"n_estimators":10}""");

        Assert.Equal(["ECOD", "KNN"], detector.Members.Select(member => member.Algorithm));
        // rows that fall into the same leaves tie at the threshold
        Assert.InRange(detector.DecisionScores.Count(detector.IsAnomaly), 30, 50);
    }

    [Fact]
    public void What_cannot_be_learned_from_is_refused()
    {
        var x = TestData.Cloud(20, 2);
        var detector = (Xgbod)MachineLearningAlgorithms.Catalog.Create("xgbod");

        Assert.Contains("learns from labels", Assert.Throws<ArgumentException>(() => detector.Fit(x)).Message, StringComparison.Ordinal);
        Assert.Contains("at least 2 rows of each",
            Assert.Throws<ArgumentException>(() => detector.Fit(x, TestData.LastAreAnomalies(20, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("expected 20 labels", Assert.Throws<ArgumentException>(() => detector.Fit(x, [1])).Message,
            StringComparison.Ordinal);
        Assert.Contains("0 or 1, got 2", Assert.Throws<ArgumentException>(() => detector.Fit(x, [.. Enumerable.Repeat(2, 20)])).Message,
            StringComparison.Ordinal);
        Assert.False(detector.IsFitted);
        Assert.Equal("base_estimators[0].hyperparameters.n_neighbors",
            Assert.Throws<ParameterException>(() => MachineLearningAlgorithms.Catalog.Create(
            "XGBOD", TestData.Parameters("""{"base_estimators":[{"algorithm":"KNN","hyperparameters":{"n_neighbors":0}}]}"""))).Parameter);
        Assert.ThrowsAny<OperationCanceledException>(
            () => detector.Fit(x, TestData.LastAreAnomalies(20, 5), ct: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Rows_at_the_ends_of_what_is_accepted_are_learned_from_and_scored()
    {
        foreach (var cell in (Func<int, double>[])[_ => 0, i => i % 5 == 0 ? 1e75 : -1e75, i => 1e-300 * i, i => i == 7 ? 1e75 : i])
        {
            var x = new Matrix(20, 2, [.. Enumerable.Range(0, 40).Select(cell)]);
            var detector = Fitted(x, TestData.LastAreAnomalies(20, 4));
            Assert.All(detector.DecisionScores, score => Assert.True(double.IsFinite(score)));
            Assert.True(double.IsFinite(detector.DecisionFunction([1e75, -1e75])));
        }
    }

    private static Xgbod Fitted(Matrix x, int[] labels, string parameters = "{}", int seed = 0)
    {
        var detector = (Xgbod)MachineLearningAlgorithms.Catalog.Create("XGBOD", TestData.Parameters(parameters), seed);
        detector.Fit(x, labels);
        return detector;
    }

    private static (Matrix X, int[] Labels) Cluster(int rows, int anomalies)
    {
        var cloud = TestData.Cloud(rows, 3);
        double[] values = [.. cloud.Values.ToArray().Select((v, i) => i / 3 >= rows - anomalies ? 2.5 + 0.2 * v : v)];
        return (new Matrix(rows, 3, values), TestData.LastAreAnomalies(rows, anomalies));
    }
}
