using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests.Streaming;

public sealed class KnnCadTests
{
    [Fact]
    public void The_score_is_the_rank_of_the_distance_to_the_nearest_runs_of_the_past_and_an_alarm_is_followed_by_rest()
    {
        const int K = 3, Dim = 2, Window = 20;
        var random = new Random(4);
        var values = Enumerable.Range(0, 200).Select(i => Math.Sin(i / 3.0) + random.NextDouble() + (i == 150 ? 5 : 0)).ToArray();
        var detector = StreamingAlgorithms.Create(
            "KNN-CAD", TestData.Parameters($$"""{"n_neighbors":{{K}},"dim":{{Dim}},"window_size":{{Window}}}"""));
        var runs = Enumerable.Range(0, values.Length - 1).Select(i => new[] { values[i], values[i + 1] }).ToArray();
        var inverse = new double[4];
        var known = new Queue<double>();
        var rest = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var score = detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(i), [values[i]]);
            var run = i - Dim + 1;
            if (run < Window)
            {
                Assert.Equal(0, score);
                continue;
            }
            var first = Math.Max(0, run - 2 * Window);
            var past = runs[first..(first + Window)];
            if (run == Window || (first > 0 && first % (Window / 2) == 0)) inverse = InverseCovariance(past);
            if (run == Window) foreach (var one in past) known.Enqueue(Nonconformity(one, [.. past.Where(p => p != one)], inverse, K));
            var nonconformity = Nonconformity(runs[run], past, inverse, K);
            var probability = (known.Count(s => s >= nonconformity) + 1.0) / (known.Count + 1) * Math.Min(1, known.Max() / nonconformity);
            var expected = -Math.Log(probability) / (-Math.Log(probability) - Math.Log(0.0035));
            Assert.Equal(rest > 0 ? expected / 2 : expected, score, 1e-9);
            rest = rest > 0 ? rest - 1 : expected >= 0.5 ? Window / 5 : 0;
            known.Enqueue(nonconformity);
            if (known.Count > Window) known.Dequeue();
        }
    }

    [Fact]
    public void A_run_without_precedent_is_an_alarm_and_scores_higher_the_farther_off_it_is()
    {
        var previous = 0.5;
        foreach (var height in new[] { 2, 20, 200 })
        {
            var detector = StreamingAlgorithms.Create("KNNCAD");
            var random = new Random(1);
            var scores = Enumerable.Range(0, 1_500)
                .Select(i => detector.Score(DateTimeOffset.UnixEpoch.AddMinutes(i),
                    [Math.Sin(i / 5.0) + 0.1 * random.NextDouble() + (i == 1_200 ? height : 0)])).ToArray();
            Assert.True(scores[1_200] > previous);
            Assert.All(scores[1_201..1_280], score => Assert.True(score < 0.5));
            Assert.InRange(scores.Take(1_200).Count(s => s > 0.5), 0, 5);
            previous = scores[1_200];
        }
    }

    private static double Nonconformity(double[] run, double[][] past, double[] inverse, int k) => past
        .Select(p => (A: run[0] - p[0], B: run[1] - p[1]))
        .Select(d => inverse[0] * d.A * d.A + 2 * inverse[1] * d.A * d.B + inverse[3] * d.B * d.B)
        .Order().Take(k).Sum();

    private static double[] InverseCovariance(double[][] runs)
    {
        var (a, b) = (runs.Average(r => r[0]), runs.Average(r => r[1]));
        var (aa, ab, bb) = (
            runs.Average(r => (r[0] - a) * (r[0] - a)), runs.Average(r => (r[0] - a) * (r[1] - b)),
            runs.Average(r => (r[1] - b) * (r[1] - b)));
        var determinant = aa * bb - ab * ab;
        return [bb / determinant, -ab / determinant, -ab / determinant, aa / determinant];
    }
}
