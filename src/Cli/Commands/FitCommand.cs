using System.CommandLine;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary><c>esa fit</c>: fits a detector and keeps it in a file that <c>esa score --model</c> or ONNX Runtime can score with.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var command = new Command("fit", "Fit a detector on a CSV file and write it to a file, to score with later.");
        var options = new DetectorOptions(scales: false);
        var label = new Option<string?>("--label")
        {
            Description = "Column of labels, 1 for an anomaly and 0 for a normal row: no "
            + "feature, and what a supervised algorithm learns from."
        };
        var output = new Option<FileInfo>("--output")
        {
            Description = "File to write: an ONNX model where it ends in .onnx, else the detector's own stored form.",
            Required = true,
        };
        options.AddTo(command);
        command.Options.Add(label);
        command.Options.Add(output);
        command.SetAction(async (arguments, ct) =>
        {
            var detector = options.CreateDetector(arguments);
            var file = arguments.GetRequiredValue(output);
            var path = options.Data(arguments);
            var target = OutputFile.Separate(file.FullName, path);
            var table = await CsvTable.ReadAsync(path, arguments.GetValue(label), options.Ignored(arguments), ct);
            FitProgress.Run(options.Plan(arguments), detector, table, ct);
            detector.FeatureNames = table.HasDistinctNames ? table.Columns : null;
            await File.WriteAllBytesAsync(target, ModelFile.Contents(detector, file.Name), ct);
            return 0;
        });
        return command;
    }
}
