using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Detection.ML;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// A fitted detector in a file: as an ONNX model where the name ends in <c>.onnx</c>, else in the library's own stored form. Either keeps
/// the names of its columns, its threshold and its scale.
/// </summary>
internal static class ModelFile
{
    public static byte[] Contents(Detector detector, string name) => IsOnnx(name) ? OnnxExport.Write(detector) : detector.ToBytes();

    /// <summary>
    /// Reads a detector and scores with it. An ONNX model from elsewhere brings no threshold: it takes one from the rows it scores.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The rows to score; their columns are found by name where the detector knows names.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="InvalidDataException">The file holds no detector; the message says why.</exception>
    /// <exception cref="ParameterException">The detector takes other columns.</exception>
    public static async Task<(Detector Detector, double[] Scores)> ScoreAsync(string path, CsvTable rows, CancellationToken ct)
    {
        var bytes = await File.ReadAllBytesAsync(path, ct);
        var imported = IsOnnx(path) ? OnnxModel.Import(bytes) : null;
        var detector = imported ?? MachineLearningAlgorithms.Catalog.Read(bytes);
        var features = Columns(path, imported?.InputFeatures ?? detector.FeatureCount, detector.FeatureNames, rows);
        if (detector.IsFitted) return (detector, detector.DecisionFunction(features, ct));
        detector.Fit(features, progress: null, ct);
        return (detector, detector.DecisionScores);
    }

    private static bool IsOnnx(string name) => string.Equals(Path.GetExtension(name), ".onnx", StringComparison.OrdinalIgnoreCase);

    private static Matrix Columns(string path, int expected, IReadOnlyList<string>? names, CsvTable rows)
    {
        if (rows.Columns.Count != expected)
            throw Other(path, $"a table of {expected} feature columns", names, $"{rows.Columns.Count}: {string.Join(", ", rows.Columns)}");
        if (names is null) return rows.Features;
        var order = names.Select(name => ColumnNames.Find(rows.Columns, name)).ToArray();
        var missing = names.Where((_, i) => order[i] < 0).ToArray();
        if (missing.Length > 0 || order.Distinct().Count() < order.Length)
            throw Other(path, "a table with the columns that the detector was fitted on", names,
                $"{string.Join(", ", rows.Columns)}, without {string.Join(", ", missing)}");
        return rows.Features.SelectColumns(order);
    }

    private static ParameterException Other(string path, string expected, IReadOnlyList<string>? names, string got) =>
        new("--model", $"{expected} for {path}{(names is null ? "" : $" ({string.Join(", ", names)})")}", got);
}
