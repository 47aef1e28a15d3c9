namespace EventSourcedAnomaly.Detection.Onnx;

/// <summary>The number format of an exported model's input.</summary>
public enum OnnxInput
{
    /// <summary>float64, as the detectors compute.</summary>
    Float64,

    /// <summary>float32, widened to float64 before anything else.</summary>
    Float32,
}

/// <summary>
/// Writes fitted detectors as ONNX models (operator set 17, ai.onnx.ml 3): input <c>rows</c> [N, features]; outputs <c>scores</c>
/// [N, 1] float64, the raw scores, and <c>labels</c> [N, 1] int64, 1 above the threshold. Sequence models take the rows of one series
/// in order of time.
/// </summary>
public static class OnnxExport
{
    internal const string MachineLearning = "ai.onnx.ml";

    /// <summary>Entry of the model's metadata: whether its rows are points in time that it must see together.</summary>
    internal const string Sequential = "sequential";

    private const int StandardVersion = 17;
    private const int MachineLearningVersion = 3;

    /// <summary>The algorithms whose detectors can be written.</summary>
    public static IReadOnlyList<string> Algorithms { get; } =
        [.. Detection.Algorithms.All.Where(a => a.HasOnnxForm).Select(a => a.Name)];

    /// <summary>The detector as an ONNX model.</summary>
    /// <exception cref="NotSupportedException">The algorithm has no ONNX form.</exception>
    /// <exception cref="InvalidOperationException">The detector is not fitted.</exception>
    public static byte[] Write(Detector detector, OnnxInput input = OnnxInput.Float64)
    {
        ArgumentNullException.ThrowIfNull(detector);
        var threshold = detector.Threshold;
        if (!detector.Info.HasOnnxForm)
            throw new NotSupportedException($"{detector.Algorithm} has no ONNX form; these have: {string.Join(", ", Algorithms)}");
        var graph = new OnnxGraph();
        var rows = input is OnnxInput.Float32 ? graph.Cast("rows", OnnxType.Double) : "rows";
        var scores = detector.ScoresInOnnx(graph, rows);
        graph.Name(scores, "scores");
        graph.Name(graph.Cast(graph.Add("Greater", scores, graph.Scalar(threshold)), OnnxType.Int64), "labels");
        var bytes = graph.ToBytes(detector.Algorithm,
            [OnnxWire.Value("rows", input is OnnxInput.Float32 ? OnnxType.Float : OnnxType.Double, -1, detector.FeatureCount)],
            [OnnxWire.Value("scores", OnnxType.Double, -1, 1), OnnxWire.Value("labels", OnnxType.Int64, -1, 1)]);
        return OnnxWire.Model(
            bytes, typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
            [("", StandardVersion), (MachineLearning, MachineLearningVersion)],
            [
                ("algorithm", detector.Algorithm),
                (Sequential, detector.IsSequential ? "true" : "false"),
                .. OnnxTraining.EntriesOf(detector),
            ]);
    }
}
