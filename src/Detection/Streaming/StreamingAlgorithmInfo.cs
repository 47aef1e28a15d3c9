namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>A streaming algorithm that can be created by name.</summary>
/// <param name="Name">The canonical name, e.g. <c>StreamingEnsemble</c>.</param>
/// <param name="Aliases">Other spellings that mean the same.</param>
/// <param name="Family">The kind of method: ensemble, forest, statistical or drift.</param>
/// <param name="Parameters">Its hyper-parameters with defaults and ranges.</param>
public sealed record StreamingAlgorithmInfo(
    string Name, IReadOnlyList<string> Aliases, string Family, IReadOnlyList<ParameterInfo> Parameters)
{
    /// <summary>Makes the detector from validated parameters and the seed to use.</summary>
    internal Func<ParameterSet, int, StreamingDetector> Make { get; init; } = null!;
}
