using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Tests;

public sealed class OutlierConfidenceTests
{
    [Theory]
    [InlineData(3, 10, 0.5, 0.171875)]
    [InlineData(0, 5, 0.2, 0.32768)]
    [InlineData(90, 100, 0.9, 0.5487098345579977)]
    public void Binomial_probabilities_are_exact(int k, int n, double p, double expected) =>
        Assert.Equal(expected, SpecialFunctions.BinomialCumulative(k, n, p), 10);

    [Fact]
    public void Extremes_are_certain_and_the_threshold_is_not()
    {
        var sorted = Enumerable.Range(0, 1000).Select(i => (double)i).ToArray();
        Assert.True(OutlierConfidence.Of(sorted, 100, 2000, isAnomaly: true) > 0.999);
        Assert.True(OutlierConfidence.Of(sorted, 100, -5, isAnomaly: false) > 0.999);
        Assert.InRange(OutlierConfidence.Of(sorted, 100, 899.5, isAnomaly: true), 0.3, 0.7);
    }
}
