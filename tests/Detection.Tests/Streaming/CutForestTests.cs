using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests.Streaming;

public sealed class CutForestTests
{
    [Fact]
    public void The_displacement_of_a_far_point_is_the_mass_of_all_others()
    {
        var tree = new CutTree(101, 1, random: 5);
        for (var i = 0; i < 100; i++) tree.Insert([i / 100.0]);
        Assert.Equal((100, 0), tree.Displacement(tree.Insert([1e12])));
        Assert.Equal(101, tree.Mass);
    }

    [Fact]
    public void Two_points_displace_one_another_and_equal_points_share_a_leaf()
    {
        var tree = new CutTree(4, 2, random: 1);
        var first = tree.Insert([0, 0]);
        Assert.Equal((0, 0), tree.Displacement(first));
        var second = tree.Insert([0, 1]);
        Assert.Equal((1, 1), tree.Displacement(first));
        Assert.Equal(second, tree.Insert([0, 1]));
        Assert.Equal((2, 1), tree.Displacement(first));
        Assert.Equal((0.5, 1), tree.Displacement(second));
        tree.Forget(second);
        tree.Forget(first);
        Assert.Equal((0, 0), tree.Displacement(second));
    }

    [Fact]
    public void The_first_cut_falls_on_dimensions_in_proportion_to_their_extent()
    {
        // extents 3 and 1: three of four trees cut along the first
        const int Trees = 20_000;
        var first = Enumerable.Range(0, Trees).Count(t =>
        {
            var tree = new CutTree(2, 2, (ulong)t * 0x1234567);
            tree.Insert([0, 0]);
            return tree.Displacement(tree.Insert([3, 1])).Dimension == 0;
        });
        Assert.InRange(first / (double)Trees, 0.735, 0.765);
    }

    [Fact]
    public void Attribution_sums_up_to_the_displacement_and_names_the_feature()
    {
        var forest = (RobustRandomCutForest)StreamingAlgorithms.Create("RRCF", seed: 2);
        var random = new Random(4);
        for (var i = 0; i < 600; i++)
            forest.Score(DateTimeOffset.UnixEpoch, [random.NextDouble(), random.NextDouble(), random.NextDouble()]);
        forest.Score(DateTimeOffset.UnixEpoch, [0.5, 40, 0.5]);
        Assert.Equal(forest.CollusiveDisplacement, forest.Attribution.ToArray().Sum(), 1e-9);
        Assert.InRange(forest.Attribution[1] / forest.CollusiveDisplacement, 0.8, 1);
    }

    [Theory]
    [InlineData("RRCF")]
    [InlineData("HST")]
    [InlineData("EWMA")]
    public void A_point_far_from_all_others_scores_above_every_usual_one(string algorithm)
    {
        var detector = StreamingAlgorithms.Create(algorithm, seed: 1);
        var random = new Random(9);
        var usual = 0.0;
        for (var i = 0; i < 2_000; i++)
        {
            var score = detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(i), [random.NextDouble(), random.NextDouble()]);
            if (i >= 1_000) usual = Math.Max(usual, score);
        }
        Assert.InRange(detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(2_000), [1.9, -0.9]), Math.Max(usual, 0.5), 1);
    }

    [Fact]
    public void A_season_keeps_what_is_usual_at_one_hour_from_excusing_another()
    {
        var detector = StreamingAlgorithms.Create("StreamingZScore", TestData.Parameters("""{"season_minutes":1440}"""));
        var random = new Random(3);
        double Hour(int h) => (h % 24 >= 12 ? 10 : 0) + random.NextDouble();
        for (var h = 0; h < 24 * 40; h++) detector.Score(DateTimeOffset.UnixEpoch.AddHours(h), [Hour(h)]);
        Assert.InRange(detector.Score(DateTimeOffset.UnixEpoch.AddHours(24 * 40), [10.5]), 0.9, 1);
    }
}
