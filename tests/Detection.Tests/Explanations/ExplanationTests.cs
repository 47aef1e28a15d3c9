namespace EventSourcedAnomaly.Detection.Tests.Explanations;

public sealed class ExplanationTests
{
    private static readonly Matrix X = TestData.Cloud(300, 5, outliers: 3);
    private static readonly double[] Row = [0.1, -0.2, 6, 0.3, 0];

    [Fact]
    public void Shapley_values_add_up_to_the_raw_score()
    {
        var forest = (IsolationForest)TestData.Fitted("IsolationForest", X);
        var background = X.SelectRows([0, 1, 2, 3]);
        Explanation[] explanations = [InterventionalTreeShap.Explain(forest, Row, background), KernelShap.Explain(forest, Row, background)];
        foreach (var explanation in explanations)
        {
            Assert.Equal(forest.DecisionFunction(Row), explanation.Prediction, 10);
            Assert.Equal(explanation.Prediction, explanation.BaseValue + explanation.Contributions.Sum(), 10);
            Assert.Equal(2, Array.IndexOf(explanation.Contributions, explanation.Contributions.Max()));
        }
    }

    [Fact]
    public void Kernel_shap_over_all_coalitions_is_the_exact_shapley_value()
    {
        // ECOD is a sum over features, so a feature's exact value is its term minus the background's mean term
        var detector = TestData.Fitted("ECOD", X);
        var background = X.SelectRows([5, 6, 7]);
        var explanation = KernelShap.Explain(detector, Row, background);
        var terms = detector.Contributions(Row);
        for (var f = 0; f < 5; f++)
        {
            var typical = Enumerable.Range(0, 3).Average(b => detector.Contributions(background.Row(b))[f]);
            Assert.Equal(terms[f] - typical, explanation.Contributions[f], 9);
        }
    }

    [Fact]
    public void A_row_that_is_its_own_background_needs_no_explanation()
    {
        var forest = (IsolationForest)TestData.Fitted("IsolationForest", X);
        var explanation = InterventionalTreeShap.Explain(forest, X.Row(11), X.SelectRows([11]));
        Assert.All(explanation.Contributions, c => Assert.Equal(0, c, 12));
        Assert.Equal(explanation.BaseValue, explanation.Prediction, 12);
    }

    [Fact]
    public void Lime_tells_how_faithful_it_is()
    {
        var detector = TestData.Fitted("KNN", X);
        var explanation = Lime.Explain(detector, Row, X);
        Assert.InRange(explanation.Fidelity, 0.3, 1);
        Assert.Equal(2, Array.IndexOf(explanation.Contributions, explanation.Contributions.Max()));
        Assert.Equal(explanation.Prediction, explanation.BaseValue + explanation.Contributions.Sum(), 10);
    }

    [Fact]
    public void Many_features_are_sampled_and_still_add_up()
    {
        var x = TestData.Cloud(100, 20);
        var detector = TestData.Fitted("KNN", x);
        var row = x.Row(4).ToArray();
        row[13] = 9;
        var contributions = detector.Contributions(row);
        Assert.Equal(detector.DecisionFunction(row) - detector.BaseValue, contributions.Sum(), 9);
        Assert.Equal(13, Array.IndexOf(contributions, contributions.Max()));
        var sampled = KernelShap.Explain(detector, row, x.SelectRows([0, 1])).Contributions;
        Assert.Equal(13, Array.IndexOf(sampled, sampled.Max()));
    }
}
