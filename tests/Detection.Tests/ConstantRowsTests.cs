using System.Text.Json;

namespace EventSourcedAnomaly.Detection.Tests;

/// <summary>Equal rows and constant features: nothing in them is an anomaly.</summary>
public sealed class ConstantRowsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(14)]
    [InlineData(30)]
    [InlineData(100)]
    public void A_forest_of_equal_rows_flags_none(int rows)
    {
        var x = new Matrix(rows, 2, [.. Enumerable.Repeat(3.0, 2 * rows)]);
        var detector = Algorithms.Catalog.Create("IsolationForest");
        detector.Fit(x, null, TestContext.Current.CancellationToken);

        Assert.All(detector.DecisionFunction(x, TestContext.Current.CancellationToken), raw => Assert.False(detector.IsAnomaly(raw)));
        Assert.All(detector.DecisionScores, raw => Assert.True(detector.Scale.Score(raw) <= 0.5));
    }

    [Fact]
    public void A_forest_takes_rounding_for_no_difference()
    {
        var x = new Matrix(20, 1, [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? 0.3 : 0.1 + 0.2)]);
        var detector = Algorithms.Catalog.Create("IsolationForest");
        detector.Fit(x, null, TestContext.Current.CancellationToken);

        Assert.All(detector.DecisionScores, raw => Assert.False(detector.IsAnomaly(raw)));
    }

    [Theory]
    [InlineData("static", 7.0)]
    [InlineData("dynamic", 7.0)]
    [InlineData("static", 0.1)]
    [InlineData("static", 1e9)]
    public void A_constant_feature_adds_nothing_to_a_histogram_score(string mode, double constant)
    {
        var x = new Matrix(200, 2, [.. Enumerable.Range(0, 200).SelectMany(i => new[] { constant, i % 17 * 0.37 })]);
        var detector = Algorithms.Catalog.Create("HBOS", new Dictionary<string, JsonElement>
        {
            ["mode"] = JsonSerializer.SerializeToElement(mode),
        });
        detector.Fit(x, null, TestContext.Current.CancellationToken);

        var usual = detector.Contributions([constant, 500]);
        var other = detector.Contributions([constant + Math.Max(2, constant), 1]);

        Assert.Equal(0, usual[0]);
        Assert.True(usual[1] > 0);
        Assert.True(other[0] > other[1]);
    }
}
