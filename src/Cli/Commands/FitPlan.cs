using System.Diagnostics;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>How a detector is fitted to a table and then scores all of it.</summary>
internal sealed record FitPlan(bool Standardize, int? FitRows, int Seed)
{
    /// <summary>Fits and scores. A detector that leaves a training row out of its own neighbourhood has scored it while fitting.</summary>
    public FitResult Run(Detector detector, Matrix table, IProgress<double>? progress, CancellationToken ct)
    {
        var x = Standardize ? Standardizer.Fit(table).Transform(table) : table;
        var isSample = FitRows < x.Rows;
        var training = isSample ? Sample(x) : x;
        var start = Stopwatch.GetTimestamp();
        detector.Fit(training, progress, ct);
        var fitted = Stopwatch.GetTimestamp();
        var scores = !isSample && detector.ScoresTrainingRowsApart ? detector.DecisionScores : detector.DecisionFunction(x, ct);
        return new FitResult(scores, Stopwatch.GetElapsedTime(start, fitted).TotalSeconds, Stopwatch.GetElapsedTime(fitted).TotalSeconds);
    }

    private Matrix Sample(Matrix x)
    {
        if (FitRows < 1) throw new ParameterException("--fit-rows", "an integer >= 1", $"{FitRows}");
        var order = Enumerable.Range(0, x.Rows).ToArray();
        new Random(Seed).Shuffle(order);
        return x.SelectRows(order.AsSpan(0, FitRows!.Value));
    }
}

/// <param name="Scores">Raw score of every row.</param>
/// <param name="FitSeconds">Wall time of the fit.</param>
/// <param name="ScoreSeconds">Wall time of scoring.</param>
internal sealed record FitResult(double[] Scores, double FitSeconds, double ScoreSeconds);
