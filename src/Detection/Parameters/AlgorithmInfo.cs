namespace EventSourcedAnomaly.Detection;

/// <summary>An algorithm that can be created by name.</summary>
/// <param name="Name">The canonical name, e.g. <c>IsolationForest</c>.</param>
/// <param name="Aliases">Other spellings that mean the same.</param>
/// <param name="Family">The kind of method: forest, proximity, probabilistic, linear, neural, ensemble or supervised.</param>
/// <param name="Parameters">Its hyper-parameters with defaults and ranges.</param>
public sealed record AlgorithmInfo(string Name, IReadOnlyList<string> Aliases, string Family, IReadOnlyList<ParameterInfo> Parameters)
{
    /// <summary>Whether a fitted detector can be written as an ONNX model.</summary>
    public bool HasOnnxForm { get; internal init; }

    /// <summary>Whether its detectors are <see cref="SupervisedDetector"/>s, which learn from labels.</summary>
    public bool IsSupervised { get; internal init; }

    /// <summary>Makes the unfitted detector from validated parameters and the seed to use.</summary>
    internal Func<ParameterSet, int, Detector> Make { get; init; } = null!;
}
