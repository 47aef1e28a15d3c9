namespace EventSourcedAnomaly.Detection.Tests;

public sealed class RobustCovarianceTests
{
    [Fact]
    public void A_third_of_outliers_does_not_move_the_ellipse()
    {
        var x = TestData.Cloud(600, 3, outliers: 200);
        var detector = TestData.Fitted("EllipticEnvelope", x);
        var scores = detector.DecisionScores;
        // squared distances of normal rows follow chi-square with 3 degrees of freedom, whose median is 2.366
        var median = scores[..400].Order().ElementAt(200);
        Assert.InRange(median, 1.8, 3.2);
        Assert.True(scores[400..].Min() > scores[..400].Max());
    }
}
