using EventSourcedAnomaly.Benchmarks.Nab;

namespace EventSourcedAnomaly.Benchmarks.Tests;

/// <summary>
/// The scorer gives what the formulas of Lavin and Ahmad (2015) give by hand: σ(y) = 2 / (1 + e^(5y)) - 1, scaled by σ(-1) = 0.98661.
/// </summary>
public sealed class NabScorerTests
{
    private const int Rows = 200;

    private static readonly NabSeries OneWindow = Series(new NabWindow(100, 109));

    [Fact]
    public void Nothing_found_is_0_and_the_first_row_of_every_window_is_100()
    {
        NabSeries[] corpus = [OneWindow, Series(new NabWindow(50, 69), new NabWindow(150, 159))];

        Assert.Equal(0, NabScorer.At(0.5, corpus, [Scores(), Scores()], NabProfile.Standard), 1e-9);
        Assert.Equal(100, NabScorer.At(0.5, corpus, [Scores(100), Scores(50, 150)], NabProfile.Standard), 1e-9);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(105, 92.9896)]
    [InlineData(109, 62.4122)]
    public void An_event_found_late_is_worth_less(int row, double score) =>
        Assert.Equal(score, NabScorer.At(0.5, [OneWindow], [Scores(row)], NabProfile.Standard), 1e-3);

    [Theory]
    [InlineData(60, -5.5)]
    [InlineData(110, -1.4897)]
    [InlineData(150, -5.5)]
    public void A_false_alarm_costs_a_tenth_and_less_shortly_after_a_window(int row, double score) =>
        Assert.Equal(score, NabScorer.At(0.5, [OneWindow], [Scores(row)], NabProfile.Standard), 1e-3);

    [Fact]
    public void Within_a_window_only_the_first_alarm_counts_and_in_the_probation_none_does()
    {
        var first = NabScorer.At(0.5, [OneWindow], [Scores(103)], NabProfile.Standard);

        Assert.Equal(first, NabScorer.At(0.5, [OneWindow], [Scores(103, 104, 108)], NabProfile.Standard), 1e-12);
        Assert.Equal(first, NabScorer.At(0.5, [OneWindow], [Scores(0, 29, 103)], NabProfile.Standard), 1e-12);
        Assert.NotEqual(first, NabScorer.At(0.5, [OneWindow], [Scores(30, 103)], NabProfile.Standard));
    }

    [Fact]
    public void The_optimised_threshold_is_the_best_there_is()
    {
        var random = new Random(7);
        NabSeries[] corpus = [OneWindow, Series(new NabWindow(60, 75)), Series()];
        var scores = corpus.Select(_ => Enumerable.Range(0, Rows).Select(_ => Math.Round(random.NextDouble(), 2)).ToArray()).ToArray();

        var (threshold, best) = NabScorer.Optimise(corpus, scores, NabProfile.Standard);

        Assert.Equal(best, NabScorer.At(threshold, corpus, scores, NabProfile.Standard), 1e-9);
        Assert.All(Enumerable.Range(0, 102), hundredths =>
            Assert.True(NabScorer.At(hundredths / 100.0, corpus, scores, NabProfile.Standard) <= best + 1e-9));
    }

    private static NabSeries Series(params NabWindow[] windows) => new(
        "made", [.. Enumerable.Range(0, Rows).Select(i => DateTimeOffset.UnixEpoch.AddMinutes(i))], new double[Rows], windows);

    private static double[] Scores(params int[] alarms) => [.. Enumerable.Range(0, Rows).Select(i => alarms.Contains(i) ? 1.0 : 0.0)];
}
