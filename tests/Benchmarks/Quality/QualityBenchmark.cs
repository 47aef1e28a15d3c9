using System.Collections.Concurrent;
using System.Diagnostics;
using EventSourcedAnomaly.Benchmarks.Nab;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>
/// <c>ops/bench quality [--seed N]</c>: how well the algorithms do on made tables and series. Defaults are chosen by these figures, on
/// seeds other than the one that is reported, so that recorded data stays what it is for: measuring.
/// </summary>
internal static class QualityBenchmark
{
    private const int ReportedSeed = 2026;
    private const int SeriesPerBackground = 6;
    private const int TablesPerKind = 8;

    /// <summary>Sequence models score series; here rows have no order.</summary>
    private static readonly string[] OfTables = [.. Algorithms.All.Where(a => a.Family is not "neural").Select(a => a.Name)];

    public static Task Run(Report report, string[] options, CancellationToken ct)
    {
        var seed = Array.IndexOf(options, "--seed") is >= 0 and var at && at + 1 < options.Length
            ? int.Parse(options[at + 1], System.Globalization.CultureInfo.InvariantCulture)
            : ReportedSeed;
        Series(report, SyntheticSeries.Corpus(seed, SeriesPerBackground), ct);
        Tables(report, [.. SyntheticTables.All(seed, TablesPerKind)], ct);
        return Task.CompletedTask;
    }

    private static void Series(Report report, IReadOnlyList<NabSeries> corpus, CancellationToken ct)
    {
        foreach (var algorithm in StreamingAlgorithms.All)
        {
            var scores = new double[corpus.Count][];
            var ticks = 0L;
            Parallel.For(0, corpus.Count, new ParallelOptions { CancellationToken = ct }, f =>
            {
                var started = Stopwatch.GetTimestamp();
                scores[f] = Scores(algorithm.Name, corpus[f]);
                Interlocked.Add(ref ticks, Stopwatch.GetElapsedTime(started).Ticks);
            });
            var (threshold, best) = NabScorer.Optimise(corpus, scores, NabProfile.Standard);
            report.Add(new Measurement($"series, {algorithm.Name}, optimised threshold {threshold:0.000}", best, "NAB"));
            report.Add(new Measurement(
                $"series, {algorithm.Name}, fixed threshold 0.5", NabScorer.At(0.5, corpus, scores, NabProfile.Standard), "NAB"));
            report.Add(new Measurement(
                $"series, {algorithm.Name}, time per point",
                TimeSpan.FromTicks(ticks).TotalMicroseconds / corpus.Sum(c => c.Values.Length), "µs"));
        }
    }

    private static double[] Scores(string algorithm, NabSeries series)
    {
        var detector = StreamingAlgorithms.Create(algorithm);
        return [.. series.Values.Select((value, i) => detector.Score(series.Timestamps[i], [value]))];
    }

    private static void Tables(Report report, IReadOnlyList<SyntheticTable> tables, CancellationToken ct)
    {
        foreach (var algorithm in OfTables)
        {
            var areas = new ConcurrentBag<(string Kind, double Area)>();
            Parallel.ForEach(tables, new ParallelOptions { CancellationToken = ct }, table =>
                areas.Add((table.Name, Area(algorithm, table, ct))));
            var kinds = areas.GroupBy(a => a.Kind, a => a.Area, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal);
            report.Add(new Measurement(
                $"tables, {algorithm}", 100 * areas.Average(a => a.Area), "% AUC",
                string.Join(", ", kinds.Select(k => $"{k.Key} {100 * k.Average():0.0}"))));
        }
    }

    private static double Area(string algorithm, SyntheticTable table, CancellationToken ct)
    {
        var detector = Algorithms.Create(algorithm);
        detector.MaxDegreeOfParallelism = 1;
        // distances need comparable units
        var x = algorithm is "IsolationForest" or "ECOD" or "COPOD" or "HBOS" or "Ensemble"
            ? table.Rows
            : Standardizer.Fit(table.Rows).Transform(table.Rows);
        detector.Fit(x, progress: null, ct);
        return Evaluation.RocAuc(detector.DecisionScores, table.Labels);
    }
}
