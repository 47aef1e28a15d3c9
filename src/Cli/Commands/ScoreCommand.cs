using System.CommandLine;
using System.Globalization;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// <c>esa score</c>: writes the input's lines with an <c>anomaly_score</c> (0 … 1, 0.5 is the threshold) at the end of each.
/// </summary>
internal static class ScoreCommand
{
    public static Command Create()
    {
        var command = new Command("score", "Fit a detector on a CSV file and write its rows with an anomaly_score column.");
        var options = new DetectorOptions();
        var label = new Option<string?>("--label") { Description = "Column of labels to keep out of the features." };
        var output = new Option<FileInfo?>("--output") { Description = "File to write; standard output unless given." };
        options.AddTo(command);
        command.Options.Add(label);
        command.Options.Add(output);
        command.SetAction(async (arguments, ct) =>
        {
            var detector = options.CreateDetector(arguments);
            var path = options.Data(arguments);
            var table = await CsvTable.ReadAsync(path, arguments.GetValue(label), options.Ignored(arguments), ct);
            var result = FitProgress.Run(options.Plan(arguments), detector, table.Features, ct);
            await using var writer = arguments.GetValue(output) is { } file
                ? new StreamWriter(Separate(file.FullName, path))
                : new StreamWriter(Console.OpenStandardOutput());
            await WriteAsync(path, Array.ConvertAll(result.Scores, detector.Scale.Score), writer, ct);
            return 0;
        });
        return command;
    }

    private static string Separate(string output, string input) =>
        string.Equals(output, input, StringComparison.Ordinal)
            ? throw new ParameterException("--output", "another file than the input", output)
            : output;

    private static async Task WriteAsync(string path, double[] scores, StreamWriter writer, CancellationToken ct)
    {
        using var reader = new StreamReader(path);
        var header = await reader.ReadLineAsync(ct);
        await writer.WriteLineAsync($"{header},anomaly_score".AsMemory(), ct);
        var row = 0;
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (line.Length == 0) continue;
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{line},{scores[row++]:R}").AsMemory(), ct);
        }
    }
}
