using EventSourcedAnomaly.Detection.Forests;

namespace EventSourcedAnomaly.Detection.Tests.Forests;

public sealed class IsolationForestTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1.2073923863)]
    [InlineData(256, 10.2447709)]
    public void The_average_path_length_is_that_of_an_unsuccessful_tree_search(int samples, double expected) =>
        Assert.Equal(expected, IsolationTree.AveragePathLength(samples), 6);

    [Fact]
    public void Scattered_rows_outrank_the_cloud()
    {
        var x = TestData.Cloud(2000, 5, outliers: 20);
        var detector = TestData.Fitted("IsolationForest", x);
        Assert.Equal(1, Evaluation.RocAuc(detector.DecisionScores, TestData.LastAreAnomalies(2000, 20)), 3);
    }

    [Fact]
    public void Two_points_are_isolated_in_one_step_by_every_tree()
    {
        // depth 1 for both rows, c(2) = 1, so every score is 2^-1
        var detector = TestData.Fitted("IsolationForest", new Matrix(2, 1, [0, 1]));
        Assert.All(detector.DecisionScores, score => Assert.Equal(0.5, score, 12));
    }

    [Fact]
    public void The_same_seed_gives_the_same_scores_on_any_number_of_threads()
    {
        var x = TestData.Cloud(3000, 7);
        var one = TestData.Fitted("IsolationForest", x, """{"n_jobs":1}""", seed: 5).DecisionScores;
        var all = TestData.Fitted("IsolationForest", x, """{"n_jobs":-1}""", seed: 5).DecisionScores;
        var other = TestData.Fitted("IsolationForest", x, seed: 6).DecisionScores;
        Assert.Equal(one, all);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Vectors_and_single_rows_walk_to_the_same_leaves()
    {
        var x = TestData.Cloud(777, 40, outliers: 5);
        var detector = TestData.Fitted("IsolationForest", x);
        var together = detector.DecisionFunction(x);
        for (var i = 0; i < x.Rows; i++) Assert.Equal(together[i], detector.DecisionFunction(x.Row(i)));
    }

    [Theory]
    [InlineData("""{"max_samples":1000}""")]
    [InlineData("""{"max_samples":0.5,"max_features":2,"bootstrap":true}""")]
    [InlineData("""{"max_samples":1}""")]
    [InlineData("""{"max_features":0.5,"n_estimators":3}""")]
    public void Every_way_of_sampling_gives_scores_between_0_and_1(string parameters)
    {
        var detector = TestData.Fitted("IsolationForest", TestData.Cloud(1500, 4, outliers: 3), parameters);
        Assert.All(detector.DecisionScores, score => Assert.InRange(score, 0.0, 1.0));
    }

    [Fact]
    public void More_features_than_the_data_has_are_refused() =>
        Assert.Equal("max_features", Assert.Throws<ParameterException>(
            () => TestData.Fitted("IsolationForest", TestData.Cloud(50, 2), """{"max_features":3}""")).Parameter);

    [Fact]
    public void Time_stamps_keep_their_precision()
    {
        // seconds since 1970 differ by less than float32 can hold at that magnitude
        var values = Enumerable.Range(0, 500).Select(i => 1.7e9 + i % 10).Append(1.7e9 + 60).ToArray();
        var detector = TestData.Fitted("IsolationForest", new Matrix(501, 1, values));
        var scores = detector.DecisionScores;
        Assert.Equal(scores[500], scores.Max());
        Assert.True(scores[500] > scores[..500].Max() + 0.05);
    }

    [Fact]
    public void Contributions_add_up_to_the_raw_score()
    {
        var x = TestData.Cloud(400, 6, outliers: 4);
        var detector = TestData.Fitted("IsolationForest", x);
        foreach (var i in new[] { 0, 17, 396, 399 })
        {
            var sum = detector.BaseValue + detector.Contributions(x.Row(i)).Sum();
            Assert.Equal(detector.DecisionFunction(x.Row(i)), sum, 10);
        }
    }

    [Fact]
    public void The_feature_that_is_off_gets_the_blame()
    {
        var x = TestData.Cloud(1000, 5);
        var detector = TestData.Fitted("IsolationForest", x);
        var contributions = detector.Contributions([0, 0, 9, 0, 0]);
        Assert.Equal(2, Array.IndexOf(contributions, contributions.Max()));
        Assert.True(contributions[2] > 0);
    }
}
