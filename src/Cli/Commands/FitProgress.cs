using EventSourcedAnomaly.Detection;
using Spectre.Console;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>Runs a fit, under a progress bar on standard error when a person is watching.</summary>
internal static class FitProgress
{
    public static FitResult Run(FitPlan plan, Detector detector, CsvTable table, CancellationToken ct) =>
        Console.IsErrorRedirected || Console.IsOutputRedirected
            ? plan.Run(detector, table, progress: null, ct)
            : WithBar(plan, detector, table, ct);

    private static FitResult WithBar(FitPlan plan, Detector detector, CsvTable table, CancellationToken ct)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(enabled: true).Start(context =>
        {
            var task = context.AddTask($"Fitting {detector.Algorithm}", maxValue: 1);
            return plan.Run(detector, table, new BarProgress(task), ct);
        });
    }

    /// <summary>Sets the bar at once; <see cref="Progress{T}"/> would queue the reports.</summary>
    private sealed class BarProgress(ProgressTask task) : IProgress<double>
    {
        public void Report(double value) => task.Value = value;
    }
}
