using TuningSearch = EventSourcedAnomaly.Detection.Tuning;

namespace EventSourcedAnomaly.Detection.Tests.Tuning;

public sealed class TuningTests
{
    private static readonly SearchSpace Plane = new([new("x", -1, 1), new("y", 1e-3, 1e3, IsLogarithmic: true)]);

    /// <summary>A hill with its top at x = 0.3, y = 10.</summary>
    private static double Hill(IReadOnlyDictionary<string, System.Text.Json.JsonElement> p, double resource, CancellationToken ct) =>
        -Math.Pow(p["x"].GetDouble() - 0.3, 2) - Math.Pow(Math.Log10(p["y"].GetDouble()) - 1, 2) / 10;

    [Fact]
    public void Tpe_comes_closer_than_random_search_with_as_many_trials()
    {
        var (tpe, random) = (0.0, 0.0);
        for (var seed = 0; seed < 10; seed++)
        {
            tpe += TuningSearch.Search(Plane, Hill, Sampler.Tpe, new TuningBudget(60), seed).Best.Value;
            random += TuningSearch.Search(Plane, Hill, Sampler.Random, new TuningBudget(60), seed).Best.Value;
        }
        Assert.True(tpe > random, $"TPE {tpe}, random {random}");
    }

    [Fact]
    public void The_same_seed_tries_the_same_points()
    {
        var one = TuningSearch.Search(Plane, Hill, Sampler.Tpe, new TuningBudget(25), seed: 4);
        var two = TuningSearch.Search(Plane, Hill, Sampler.Tpe, new TuningBudget(25), seed: 4);
        Assert.Equal(one.Trials.Select(t => t.Value), two.Trials.Select(t => t.Value));
    }

    [Fact]
    public void Successive_halving_gives_the_full_resource_to_few()
    {
        var result = TuningSearch.SuccessiveHalving(Plane, Hill, Sampler.Random, new TuningBudget(60));
        var byResource = result.Trials.CountBy(t => t.Resource).OrderBy(c => c.Key).ToList();
        Assert.Equal(3, byResource.Count);
        Assert.True(byResource[0].Value > byResource[1].Value && byResource[1].Value > byResource[2].Value);
        Assert.Equal(1, result.Best.Resource);
    }

    [Fact]
    public void No_trial_starts_after_the_time_is_up()
    {
        var clock = new SteppingClock();
        var result = TuningSearch.Search(Plane, Hill, Sampler.Random, new TuningBudget(100, TimeSpan.FromSeconds(5)), time: clock);
        Assert.Equal(5, result.Trials.Count);
    }

    [Fact]
    public void Every_algorithms_space_holds_only_parameters_that_it_accepts()
    {
        foreach (var algorithm in Algorithms.All)
        {
            var space = SearchSpace.For(algorithm.Name);
            foreach (var position in new[] { 0, 0.37, 0.999999 })
                Algorithms.Create(algorithm.Name, space.Parameters([.. space.Dimensions.Select(_ => position)]));
        }
    }

    [Fact]
    public void An_unknown_algorithm_has_no_search_space() =>
        Assert.Equal("algorithm", Assert.Throws<ParameterException>(() => SearchSpace.For("nobody")).Parameter);

    /// <summary>Every look at this clock takes a second.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }

    public static TheoryData<double, double, bool, bool> Intervals => new()
    {
        { 5, 1, true, false }, { 0, 10, true, true }, { double.NaN, 3, false, false }, { 1, double.PositiveInfinity, false, true },
            { 1, 1e12, true, false },
    };

    [Theory]
    [MemberData(nameof(Intervals))]
    public void An_interval_that_is_none_is_refused_by_name(double low, double high, bool isInteger, bool isLogarithmic) =>
        AssertRefused(new SearchDimension("n_neighbors", low, high, isInteger, isLogarithmic));

    [Fact]
    public void Choices_that_are_none_are_refused_by_name()
    {
        AssertRefused(SearchDimension.Of("n_neighbors"));
        AssertRefused(SearchDimension.Of("n_neighbors", "not json"));
    }

    private static void AssertRefused(SearchDimension dimension)
    {
        var space = new SearchSpace([dimension]);
        Assert.Equal("n_neighbors", Assert.Throws<ParameterException>(
            () => TuningSearch.Search(space, (_, _, _) => 1, Sampler.Random, new TuningBudget(3))).Parameter);
        Assert.Equal("n_neighbors", Assert.Throws<ParameterException>(
            () => TuningSearch.SuccessiveHalving(space, (_, _, _) => 1, Sampler.Tpe, new TuningBudget(3))).Parameter);
    }
}
