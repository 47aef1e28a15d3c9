using System.CommandLine;
using System.Globalization;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// <c>esa score</c>: writes the input's lines with an <c>anomaly_score</c> (0 … 1, 0.5 is the threshold) at the end of each, or with
/// the detector's own <c>decision_score</c>.
/// </summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var command = new Command("score",
            "Fit a detector on a CSV file, or take one from a file, and write the rows with an anomaly_score column.");
        var options = new DetectorOptions();
        var label = new Option<string?>("--label")
        {
            Description = "Column of labels, 1 for an anomaly and 0 for a normal row: no "
            + "feature, and what a supervised algorithm learns from."
        };
        var output = new Option<FileInfo?>("--output") { Description = "File to write; standard output unless given." };
        var model = new Option<FileInfo?>("--model")
        { Description = "Score with the detector in this file, which 'esa fit' wrote, or with an ONNX model." };
        var raw = new Option<bool>("--raw")
        { Description = "Write a decision_score column instead: the detector's raw scores, without bounds." };
        options.AddTo(command);
        command.Options.Add(label);
        command.Options.Add(output);
        command.Options.Add(model);
        command.Options.Add(raw);
        command.SetAction(async (arguments, ct) =>
        {
            var path = options.Data(arguments);
            var target = arguments.GetValue(output) is { } file ? OutputFile.Separate(file.FullName, path) : null;
            Task<CsvTable> Table() => CsvTable.ReadAsync(path, arguments.GetValue(label), options.Ignored(arguments), ct);
            var (detector, scores) = arguments.GetValue(model) is { } kept
                ? await ByModelAsync(kept.FullName, options, arguments, Table, ct)
                : await ByFitAsync(options, arguments, Table, ct);
            var (name, values) = arguments.GetValue(raw)
                ? ("decision_score", scores) : ("anomaly_score", Array.ConvertAll(scores, detector.Scale.Score));
            await using var writer = target is null ? new StreamWriter(Console.OpenStandardOutput()) : new StreamWriter(target);
            await WriteAsync(path, name, values, writer, ct);
            return 0;
        });
        return command;
    }

    private static async Task<(Detector Detector, double[] Scores)> ByFitAsync(
        DetectorOptions options, ParseResult arguments, Func<Task<CsvTable>> read, CancellationToken ct)
    {
        var detector = options.CreateDetector(arguments);
        var table = await read();
        return (detector, FitProgress.Run(options.Plan(arguments), detector, table, ct).Scores);
    }

    private static async Task<(Detector Detector, double[] Scores)> ByModelAsync(
        string model, DetectorOptions options, ParseResult arguments, Func<Task<CsvTable>> read, CancellationToken ct)
    {
        options.RefuseFit(arguments, "--model");
        return await ModelFile.ScoreAsync(model, await read(), ct);
    }

    private static async Task WriteAsync(string path, string name, double[] scores, StreamWriter writer, CancellationToken ct)
    {
        using var reader = new StreamReader(path);
        var header = await reader.ReadLineAsync(ct);
        await writer.WriteLineAsync($"{header},{name}".AsMemory(), ct);
        var row = 0;
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (line.Length == 0) continue;
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{line},{scores[row++]:R}").AsMemory(), ct);
        }
    }
}
