using System.Diagnostics;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>How a detector is fitted to a table and then scores all of it.</summary>
internal sealed record FitPlan(bool Standardize, int? FitRows, int Seed)
{
    /// <summary>
    /// Fits and scores. A detector that leaves a training row out of its own neighbourhood has scored it while fitting, and a supervised
    /// one has scored it by what did not see its label.
    /// </summary>
    public FitResult Run(Detector detector, CsvTable table, IProgress<double>? progress, CancellationToken ct)
    {
        var x = Standardize ? Standardizer.Fit(table.Features).Transform(table.Features) : table.Features;
        var sample = FitRows < x.Rows ? Sample(x.Rows) : null;
        var start = Stopwatch.GetTimestamp();
        Fit(detector, sample is null ? x : x.SelectRows(sample), Labels(table, sample), progress, ct);
        var fitted = Stopwatch.GetTimestamp();
        var scores = sample is null && detector.ScoresTrainingRowsApart ? detector.DecisionScores : detector.DecisionFunction(x, ct);
        if (sample is not null && detector is SupervisedDetector)
        {
            var crossFitted = detector.DecisionScores;
            for (var i = 0; i < sample.Length; i++) scores[sample[i]] = crossFitted[i];
        }
        return new FitResult(scores, Stopwatch.GetElapsedTime(start, fitted).TotalSeconds, Stopwatch.GetElapsedTime(fitted).TotalSeconds);
    }

    private static void Fit(Detector detector, Matrix x, int[]? labels, IProgress<double>? progress, CancellationToken ct)
    {
        if (detector is SupervisedDetector supervised)
            supervised.Fit(x, labels
                ?? throw new ParameterException("--label", $"a column of labels, which {detector.Algorithm} learns from", "none"), progress,
                ct);
        else
            detector.Fit(x, progress, ct);
    }

    private static int[]? Labels(CsvTable table, int[]? sample) =>
        table.Labels is { } labels && sample is not null ? Array.ConvertAll(sample, row => labels[row]) : table.Labels;

    private int[] Sample(int rows)
    {
        if (FitRows < 1) throw new ParameterException("--fit-rows", "an integer >= 1", $"{FitRows}");
        var order = Enumerable.Range(0, rows).ToArray();
        new Random(Seed).Shuffle(order);
        return order[..FitRows!.Value];
    }
}

/// <param name="Scores">Raw score of every row.</param>
/// <param name="FitSeconds">Wall time of the fit.</param>
/// <param name="ScoreSeconds">Wall time of scoring.</param>
internal sealed record FitResult(double[] Scores, double FitSeconds, double ScoreSeconds);
