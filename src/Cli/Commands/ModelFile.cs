using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Detection.ML;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// A fitted detector in a file: as an ONNX model where the name ends in <c>.onnx</c>, else in the library's own stored form.
/// </summary>
internal static class ModelFile
{
    public static byte[] Contents(Detector detector, string name) => IsOnnx(name) ? OnnxExport.Write(detector) : detector.ToBytes();

    /// <summary>
    /// Reads a detector and scores with it. An ONNX model does not know the table: it takes its threshold from the rows it scores.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The rows to score.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="InvalidDataException">The file holds no detector; the message says why.</exception>
    /// <exception cref="ParameterException">The detector takes another number of columns.</exception>
    public static async Task<(Detector Detector, double[] Scores)> ScoreAsync(string path, CsvTable rows, CancellationToken ct)
    {
        var bytes = await File.ReadAllBytesAsync(path, ct);
        if (!IsOnnx(path))
        {
            var stored = MachineLearningAlgorithms.Catalog.Read(bytes);
            CheckColumns(path, stored.FeatureCount, rows);
            return (stored, stored.DecisionFunction(rows.Features, ct));
        }
        var imported = OnnxModel.Import(bytes);
        CheckColumns(path, imported.InputFeatures, rows);
        imported.Fit(rows.Features, progress: null, ct);
        return (imported, imported.DecisionScores);
    }

    private static bool IsOnnx(string name) => string.Equals(Path.GetExtension(name), ".onnx", StringComparison.OrdinalIgnoreCase);

    private static void CheckColumns(string path, int expected, CsvTable rows)
    {
        if (rows.Columns.Count != expected)
            throw new ParameterException("--model", $"a table of {expected} feature columns for {path}",
                $"{rows.Columns.Count}: {string.Join(", ", rows.Columns)}");
    }
}
