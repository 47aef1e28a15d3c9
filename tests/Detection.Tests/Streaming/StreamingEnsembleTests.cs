using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests.Streaming;

public sealed class StreamingEnsembleTests
{
    [Fact]
    public void A_spike_in_noise_raises_one_alarm_and_no_more()
    {
        var alarms = Alarms(2_000, i => Noise(i) + (i is >= 1_500 and < 1_504 ? 20 : 0));
        Assert.Contains(1_500, alarms);
        Assert.Single(alarms, row => row is >= 1_500 and < 1_600);
    }

    [Fact]
    public void A_day_that_stays_low_is_anomalous_though_its_values_are_usual()
    {
        // every day is high from noon on, except the last one
        var scores = Scores(14 * 96, i => Noise(i) / 50 + (i % 96 >= 48 && i < 13 * 96 ? 5 : 0));
        Assert.True(scores.AsSpan(13 * 96 + 48, 10).ToArray().Max() > scores.AsSpan(8 * 96, 4 * 96).ToArray().Max());
    }

    [Fact]
    public void Larger_spikes_score_higher_even_far_out()
    {
        var previous = 0.5;
        foreach (var height in new[] { 1e2, 1e3, 1e4, 1e5, 1e6 })
        {
            var score = Scores(3_001, i => Noise(i) + (i == 3_000 ? height : 0))[^1];
            Assert.InRange(score, previous, 1);
            Assert.NotEqual(previous, score);
            previous = score;
        }
    }

    [Fact]
    public void Views_are_put_together_by_the_harmonic_mean_of_their_probabilities()
    {
        // 4 / (1000 + 1 + 1 + 1)
        Assert.Equal(Math.Log(1_003 / 4.0), Surprisal.Together([Math.Log(1_000), 0, 0, 0]), 1e-12);
        Assert.Equal(Math.Log(1_000), Surprisal.Together([Math.Log(1_000), Math.Log(1_000)]), 1e-12);
        Assert.Equal(2.5, Surprisal.Together([2.5]), 1e-12);
        Assert.Equal(0, Surprisal.Together([0, 0, 0]));
        // probabilities beyond what a number can hold
        Assert.Equal(2_000 - Math.Log(2), Surprisal.Together([2_000, 0]), 1e-9);
    }

    [Fact]
    public void What_grows_row_by_row_is_reported_when_it_became_twice_as_improbable()
    {
        var refractory = new Refractory(50, 8_192);
        var onsets = Enumerable.Range(0, 30).Where(i => refractory.IsOnset(i, 5 + 0.1 * i)).ToArray();
        Assert.Equal([0, 7, 14, 21, 28], onsets);
    }

    [Fact]
    public void A_lesser_event_is_reported_once_the_larger_one_is_a_tenth_of_the_history_ago()
    {
        var refractory = new Refractory(50, 8_192);
        Assert.True(refractory.IsOnset(2_000, 9));
        Assert.False(refractory.IsOnset(2_200, 6));
        Assert.True(refractory.IsOnset(2_223, 6));
    }

    [Fact]
    public void The_longer_a_stream_is_watched_the_rarer_is_what_is_worth_a_report()
    {
        Assert.Equal(80, StreamingEnsemble.RowsPerAlarm(6_400));
        Assert.Equal(StreamingEnsemble.RowsPerAlarm(1_000), StreamingEnsemble.RowsPerAlarm(1));
    }

    [Fact]
    public void Noise_of_any_scale_and_tail_raises_few_alarms()
    {
        foreach (var shape in new Func<int, double>[] { Noise, i =>
            1e6 * Noise(i), i => Math.Exp(2 * Noise(i)), i => Math.Round(3 * Noise(i)) })
            Assert.InRange(Alarms(6_000, shape).Count, 0, 6);
    }

    [Fact]
    public void A_tail_is_never_taken_to_be_lighter_than_the_square()
    {
        // of 1,000 equal numbers nothing is known beyond: a value ten times as large has a hundredth of the probability of the top
        var tail = new TailProbability(2_000);
        for (var i = 0; i < 1_000; i++) tail.Surprisal(1);
        Assert.Equal(Math.Log(1_001.0 / 32) + Math.Log(100), tail.Surprisal(10), 1e-12);
    }

    [Fact]
    public void A_series_that_stands_still_is_anomalous_where_it_never_did()
    {
        var scores = Scores(3_000, i => i is >= 2_000 and < 2_060 ? 0.25 : Noise(i));
        Assert.InRange(Array.IndexOf(scores, scores[1_000..].Max()), 2_000, 2_060);
    }

    [Fact]
    public void Where_earlier_days_cannot_be_compared_nothing_is_learned_of_them()
    {
        Assert.Null(Nonconformity.NoveltyAtTimeOfDay([1, 2, 3, 4], [0, 15, 30, 45], 2, 15));
        Assert.Equal(2, Nonconformity.NoveltyAtTimeOfDay([5, 1, 1, 3], [0, 1440, 2880, 4320], 1, 15));
    }

    [Fact]
    public void Novelty_is_the_distance_to_the_nearest_earlier_run()
    {
        Assert.Equal(5, Nonconformity.Novelty([9, 9, 0, 0, 3, 4], 2), 1e-12);
        Assert.Equal(Math.Sqrt(18), Nonconformity.Novelty([0, 0, 7, 7, 3, 4], 2), 1e-12);
        Assert.Equal(1, Nonconformity.Novelty([9, 5, 2, 4], 1), 1e-12);
        Assert.Equal(0, Nonconformity.Novelty([1], 1));
    }

    private static List<int> Alarms(int rows, Func<int, double> value)
    {
        var scores = Scores(rows, value);
        return [.. Enumerable.Range(rows / 2, rows - rows / 2).Where(i => scores[i] >= 0.5)];
    }

    private static double[] Scores(int rows, Func<int, double> value)
    {
        var detector = StreamingAlgorithms.Create("StreamingEnsemble");
        return [.. Enumerable.Range(0, rows).Select(i => detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(15 * i), [value(i)]))];
    }

    private static double Noise(int i) => new Random(i).NextDouble() + new Random(i + 100_000).NextDouble() - 1;
}
