namespace EventSourcedAnomaly.Detection.Tests;

public sealed class ScoreScaleTests
{
    [Fact]
    public void The_threshold_is_one_half() => Assert.Equal(0.5, new ScoreScale(3.25, 0.1).Score(3.25));

    [Fact]
    public void Extreme_scores_keep_their_order_and_stay_within_0_and_1()
    {
        var scale = new ScoreScale(0.5, 0.01);
        double[] raw = [-1e30, -5, 0, 0.4999, 0.5, 0.5001, 1, 1e6, 1e6 + 1, 1e15, 1e15 * 1.000001, 1e33];
        var scores = Array.ConvertAll(raw, scale.Score);
        for (var i = 1; i < raw.Length; i++) Assert.True(scores[i] > scores[i - 1], $"{raw[i]} does not score above {raw[i - 1]}");
        Assert.InRange(scores[0], 0, 1);
        Assert.InRange(scores[^1], 0, 1);
    }

    [Fact]
    public void Infinities_are_the_ends() =>
        Assert.Equal((0, 1), (new ScoreScale(0, 1).Score(double.NegativeInfinity), new ScoreScale(0, 1).Score(double.PositiveInfinity)));

    [Fact]
    public void Constant_training_scores_still_give_a_scale()
    {
        var detector = TestData.Fitted("IsolationForest", new Matrix(10, 2, new double[20]), """{"contamination":0.1}""");
        Assert.All(detector.DecisionScores, raw => Assert.Equal(0.5, detector.Scale.Score(raw)));
        Assert.DoesNotContain(detector.DecisionScores, detector.IsAnomaly);
    }
}
