using System.CommandLine;
using System.Text.Json;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// <c>esa evaluate</c>: fits, without labels unless the algorithm is supervised, scores all rows and compares the ranking with the labels.
/// </summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var command = new Command("evaluate", "Fit a detector on a labelled CSV file and print how well its scores agree with the labels.");
        var options = new DetectorOptions();
        var label = new Option<string>("--label")
        {
            Description = "Column that holds 1 for an anomaly and 0 for a normal row.",
            DefaultValueFactory = _ => "label",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        options.AddTo(command);
        command.Options.Add(label);
        command.Options.Add(json);
        command.SetAction(async (arguments, ct) =>
        {
            var detector = options.CreateDetector(arguments);
            var table = await CsvTable.ReadAsync(options.Data(arguments), arguments.GetValue(label), options.Ignored(arguments), ct);
            var result = FitProgress.Run(options.Plan(arguments), detector, table, ct);
            var report = new Report(detector.Algorithm, table.Features.Rows, table.Features.Columns, detector.Seed,
                Evaluation.RocAuc(result.Scores, table.Labels), Evaluation.AveragePrecision(result.Scores, table.Labels),
                result.FitSeconds, result.ScoreSeconds);
            if (arguments.GetValue(json)) WriteJson(report);
            else WriteText(report);
            return 0;
        });
        return command;
    }

    private sealed record Report(
        string Algorithm, int Rows, int Features, int Seed, double RocAuc, double AveragePrecision, double FitSeconds, double ScoreSeconds);

    private static void WriteJson(Report report)
    {
        using var output = Console.OpenStandardOutput();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("algorithm", report.Algorithm);
            writer.WriteNumber("rows", report.Rows);
            writer.WriteNumber("features", report.Features);
            writer.WriteNumber("seed", report.Seed);
            WriteMetric(writer, "roc_auc", report.RocAuc);
            WriteMetric(writer, "average_precision", report.AveragePrecision);
            writer.WriteNumber("fit_seconds", report.FitSeconds);
            writer.WriteNumber("score_seconds", report.ScoreSeconds);
            writer.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    /// <summary>A metric that does not exist, because a class is missing, is null.</summary>
    private static void WriteMetric(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsNaN(value)) writer.WriteNull(name);
        else writer.WriteNumber(name, value);
    }

    private static void WriteText(Report report)
    {
        Console.WriteLine($"algorithm          {report.Algorithm}");
        Console.WriteLine($"rows               {report.Rows}");
        Console.WriteLine($"features           {report.Features}");
        Console.WriteLine($"seed               {report.Seed}");
        Console.WriteLine($"roc_auc            {report.RocAuc:F6}");
        Console.WriteLine($"average_precision  {report.AveragePrecision:F6}");
        Console.WriteLine($"fit_seconds        {report.FitSeconds:F6}");
        Console.WriteLine($"score_seconds      {report.ScoreSeconds:F6}");
    }
}
