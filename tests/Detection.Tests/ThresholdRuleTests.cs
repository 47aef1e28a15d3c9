namespace EventSourcedAnomaly.Detection.Tests;

public sealed class ThresholdRuleTests
{
    private static readonly double[] Scores = [1, 2, 3, 4, 5, 6, 7, 8, 100];

    [Fact]
    public void Rules_have_their_textbook_values()
    {
        // quartiles 3 and 7
        Assert.Equal(13, ThresholdRule.InterquartileRange(Scores), 12);
        // median 5, median absolute deviation 2
        Assert.Equal(5 + 3.5 * 1.4826022185056018 * 2, ThresholdRule.MedianAbsoluteDeviation(Scores), 12);
        Assert.Equal(54, ThresholdRule.WidestGap(Scores), 12);
        Assert.Equal(15.11111111111111 + 2 * 30.090398780432142, ThresholdRule.StandardDeviations(Scores, 2), 9);
    }

    [Fact]
    public void One_score_is_its_own_threshold()
    {
        Assert.Equal(4, ThresholdRule.InterquartileRange([4]));
        Assert.Equal(4, ThresholdRule.WidestGap([4]));
    }

    [Fact]
    public void Probability_rises_from_0_at_the_mean_towards_1()
    {
        var detector = TestData.Fitted("KNN", TestData.Cloud(200, 2));
        Assert.Equal(0, detector.Probability(0));
        Assert.True(detector.Probability(10) > 0.999);
    }

    [Fact]
    public void Scores_that_are_no_numbers_are_refused_with_their_row()
    {
        Func<double[], double>[] rules =
            [s => ThresholdRule.InterquartileRange(s), s =>
                ThresholdRule.MedianAbsoluteDeviation(s), s => ThresholdRule.StandardDeviations(s)];
        foreach (var rule in rules)
            Assert.Contains("scores[1]", Assert.Throws<ArgumentException>(() => rule([1, double.NaN])).Message, StringComparison.Ordinal);
    }
}
