namespace EventSourcedAnomaly.Detection.Tests;

public sealed class ParameterTests
{
    [Theory]
    [InlineData("IsolationForest")]
    [InlineData("isolation_forest")]
    [InlineData("IFOREST")]
    public void An_algorithm_is_found_by_every_spelling(string name)
    {
        Assert.True(Algorithms.TryResolve(name, out var algorithm));
        Assert.Equal("IsolationForest", algorithm.Name);
    }

    [Fact]
    public void An_unknown_algorithm_is_refused_with_the_list_of_known_ones()
    {
        var refused = Assert.Throws<ParameterException>(() => Algorithms.Create("InvalidAlgorithm"));
        Assert.Equal("algorithm", refused.Parameter);
        Assert.Contains("IsolationForest", refused.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"n_estimators":0}""", "n_estimators", "an integer in [1, 100000]", "0")]
    [InlineData("""{"n_estimators":1.5}""", "n_estimators", "an integer in [1, 100000]", "1.5")]
    [InlineData("""{"contamination":0.7}""", "contamination", "a number in (0, 0.5] or 'auto'", "0.7")]
    [InlineData("""{"contamination":"much"}""", "contamination", "a number in (0, 0.5] or 'auto'", "\"much\"")]
    [InlineData("""{"max_samples":[1]}""", "max_samples", "an integer in [1, 2147483647] or a number in (0, 1] or 'auto'", "[1]")]
    [InlineData("""{"bootstrap":1}""", "bootstrap", "true or false", "1")]
    public void A_value_out_of_range_names_parameter_expectation_and_value(string json, string parameter, string expected, string value)
    {
        var refused = Assert.Throws<ParameterException>(() => Algorithms.Create("IsolationForest", TestData.Parameters(json)));
        Assert.Equal((parameter, expected, value), (refused.Parameter, refused.Expected, refused.Value));
    }

    [Fact]
    public void An_unknown_parameter_is_refused_with_the_known_ones()
    {
        var refused = Assert.Throws<ParameterException>(() => Algorithms.Create("IsolationForest", TestData.Parameters("""{"trees":5}""")));
        Assert.Equal("trees", refused.Parameter);
        Assert.Contains("n_estimators", refused.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void The_parameter_random_state_wins_over_the_seed_given_at_creation() =>
        Assert.Equal(7, Algorithms.Create("IsolationForest", TestData.Parameters("""{"random_state":7}"""), seed: 3).Seed);
}
