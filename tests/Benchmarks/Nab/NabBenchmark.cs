using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Benchmarks.Nab;

/// <summary>
/// <c>ops/bench nab [--data FOLDER] [--algorithm NAME]</c>: the score of a streaming algorithm on the Numenta Anomaly Benchmark, at the
/// threshold that the benchmark optimises on the labels and at the label-free 0.5.
/// </summary>
internal static class NabBenchmark
{
    private const double LabelFreeThreshold = 0.5;
    private const double Target = 75;

    public static Task Run(Report report, string[] options, CancellationToken ct)
    {
        var folder = Option(options, "--data") ?? FindData();
        var algorithm = Option(options, "--algorithm") ?? StreamingAlgorithms.All[0].Name;
        var corpus = NabCorpus.Read(folder);
        foreach (var (detector, profile, score) in PublishedScores.Read(folder, corpus))
            report.Add(new Measurement($"published {detector}, {profile}", score, "NAB", "its own threshold"));
        var scores = new double[corpus.Count][];
        Parallel.For(0, corpus.Count, new ParallelOptions { CancellationToken = ct }, f => scores[f] = Run(algorithm, corpus[f]));
        foreach (var profile in NabProfile.All)
        {
            var (threshold, score) = NabScorer.Optimise(corpus, scores, profile);
            report.Add(Measurement.Against(
                $"{algorithm}, {profile.Name}, optimised threshold {threshold:0.0000}", score, "NAB", "75", Target));
            report.Add(Measurement.Against($"{algorithm}, {profile.Name}, fixed threshold {LabelFreeThreshold}",
                NabScorer.At(LabelFreeThreshold, corpus, scores, profile), "NAB", "75", Target));
        }
        return Task.CompletedTask;
    }

    private static double[] Run(string algorithm, NabSeries series)
    {
        var detector = StreamingAlgorithms.Create(algorithm);
        return [.. series.Values.Select((value, i) => detector.Score(series.Timestamps[i], [value]))];
    }

    private static string? Option(string[] options, string name) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;

    /// <summary>The nearest <c>shared/data/nab</c> beside or above the program.</summary>
    private static string FindData()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "nab");
            if (File.Exists(Path.Combine(candidate, "windows.json"))) return candidate;
        }
        throw new DirectoryNotFoundException("--data: expected the folder that holds windows.json, per_file.csv and series/");
    }
}
