using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests;

/// <summary>Every hyper-parameter of every algorithm is accepted at the ends of its range and refused beyond them, by name.</summary>
public sealed class ParameterRangeTests
{
    private static readonly Dictionary<string, (
        IReadOnlyList<ParameterInfo> Parameters, Action<Dictionary<string, JsonElement>> Make)> Catalog =
        Algorithms.All.Select(a =>
            (a.Name, a.Parameters, Make: (Action<Dictionary<string, JsonElement>>)(p => Algorithms.Create(a.Name, p))))
            .Concat(StreamingAlgorithms.All.Select(
                a => (a.Name, a.Parameters, Make: (Action<Dictionary<string, JsonElement>>)(p => StreamingAlgorithms.Create(a.Name, p)))))
            .Concat(DriftAlgorithms.All.Select(
                a => (a.Name, a.Parameters, Make: (Action<Dictionary<string, JsonElement>>)(p => DriftAlgorithms.Create(a.Name, p)))))
            .ToDictionary(a => a.Name, a => (a.Parameters, a.Make), StringComparer.Ordinal);

    /// <summary>Numbers of things to do: at the upper end of their range they take long.</summary>
    private static readonly HashSet<string> Costly = new(StringComparer.Ordinal)
        { "n_estimators", "epochs", "hidden_size", "n_random_cuts", "window_size" };

    public static TheoryData<string> Detectors => [.. Algorithms.All.Select(a => a.Name)];

    public static TheoryData<string> Names => [.. Catalog.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Beyond_either_end_a_value_is_refused_with_parameter_range_and_value(string name)
    {
        var (parameters, make) = Catalog[name];
        foreach (var parameter in parameters)
        {
            foreach (var value in Beyond(parameter))
            {
                var refused = Assert.Throws<ParameterException>(() => make(Given(parameter.Name, value)));
                Assert.Equal((parameter.Name, parameter.Expected, value), (refused.Parameter, refused.Expected, refused.Value));
                Assert.Contains(parameter.Name, refused.Message, StringComparison.Ordinal);
                Assert.Contains(value, refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_either_end_a_value_is_accepted_unless_another_parameter_forbids_it(string name)
    {
        var (parameters, make) = Catalog[name];
        foreach (var parameter in parameters)
        {
            foreach (var value in AtTheEnds(parameter))
            {
                try
                {
                    make(Given(parameter.Name, value));
                }
                catch (ParameterException refused)
                {
                    // KSWIN's two sizes bind each other
                    Assert.True(name == "KSWIN" && refused.Parameter == "window_size", refused.Message);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void At_either_end_a_value_gives_finite_scores(string name)
    {
        var x = TestData.Cloud(40, 2, outliers: 2);
        foreach (var parameter in Catalog[name].Parameters)
        {
            foreach (var value in AtTheEnds(parameter)
                .Where(value => !(Costly.Contains(parameter.Name) && value == $"{parameter.Integers?.Maximum}")))
            {
                var given = Given(parameter.Name, value);
                if (Catalog[name].Parameters.Any(p => p.Name == "epochs")) given["epochs"] = JsonDocument.Parse("1").RootElement;
                var detector = Algorithms.Create(name, given, 1);
                try
                {
                    detector.Fit(x);
                }
                catch (ParameterException refused) when (parameter.Name == "max_features")
                {
                    Assert.Equal("at most the 2 features of the data", refused.Expected);
                    continue;
                }
                Assert.All(detector.DecisionScores, score => Assert.True(double.IsFinite(score), $"{parameter.Name} = {value}"));
                Assert.All(detector.DecisionFunction(x), score => Assert.True(double.IsFinite(score), $"{parameter.Name} = {value}"));
            }
        }
    }

    [Fact]
    public void Trees_that_would_not_fit_into_memory_are_refused_before_they_are_grown()
    {
        Assert.Equal("n_trees", Assert.Throws<ParameterException>(() => StreamingAlgorithms.Create(
            "HalfSpaceTrees", TestData.Parameters("""{"n_trees":10000,"height":20}"""))).Parameter);
        Assert.Equal("num_trees", Assert.Throws<ParameterException>(() => StreamingAlgorithms.Create(
            "RobustRandomCutForest", TestData.Parameters("""{"num_trees":10000,"tree_size":65536}"""))).Parameter);
    }

    private static Dictionary<string, JsonElement> Given(string name, string value) => TestData.Parameters($$"""{"{{name}}":{{value}}}""");

    private static IEnumerable<string> Beyond(ParameterInfo parameter)
    {
        if (parameter.Kind.HasFlag(ParameterKind.Integer) && parameter.Integers is { } whole)
        {
            if (!parameter.Kind.HasFlag(ParameterKind.Number)) yield return Text(whole.Minimum - 0.5);
            yield return $"{(long)whole.Minimum - 1}";
            yield return $"{(long)whole.Maximum + 1}";
            yield return "99999999999999999999";
        }
        if (parameter.Kind.HasFlag(ParameterKind.Number) && parameter.Numbers is { } range)
        {
            if (double.IsFinite(range.Minimum)) yield return Text(range.MinimumOpen ? range.Minimum : Math.BitDecrement(range.Minimum));
            if (double.IsFinite(range.Maximum)) yield return Text(range.MaximumOpen ? range.Maximum : Math.BitIncrement(range.Maximum));
            yield return "1e999";
        }
        if (!parameter.Kind.HasFlag(ParameterKind.Boolean)) yield return "true";
        if (!parameter.Kind.HasFlag(ParameterKind.Null)) yield return "null";
        yield return "\"nothing of the kind\"";
        yield return "{}";
    }

    private static IEnumerable<string> AtTheEnds(ParameterInfo parameter)
    {
        if (parameter.Kind.HasFlag(ParameterKind.Integer) && parameter.Integers is { } whole)
        {
            yield return $"{(long)whole.Minimum}";
            yield return $"{(long)whole.Maximum}";
        }
        if (parameter.Kind.HasFlag(ParameterKind.Number) && parameter.Numbers is { } range)
        {
            if (double.IsFinite(range.Minimum)) yield return Text(range.MinimumOpen ? Math.BitIncrement(range.Minimum) : range.Minimum);
            if (double.IsFinite(range.Maximum)) yield return Text(range.MaximumOpen ? Math.BitDecrement(range.Maximum) : range.Maximum);
        }
        foreach (var word in parameter.Kind.HasFlag(ParameterKind.Choice) ? parameter.Choices : []) yield return $"\"{word}\"";
        if (parameter.Kind.HasFlag(ParameterKind.Null)) yield return "null";
        if (parameter.Kind.HasFlag(ParameterKind.Boolean)) yield return "false";
    }

    /// <summary>With a point, or a whole number would be taken for a count.</summary>
    private static string Text(double number) =>
        number == Math.Floor(number) && Math.Abs(number) < 1e15 ? $"{number:F1}" : number.ToString("R", CultureInfo.InvariantCulture);
}
