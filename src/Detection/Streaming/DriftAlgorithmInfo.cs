namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>A detector of drift that can be created by name.</summary>
/// <param name="Name">The canonical name, e.g. <c>ADWIN</c>.</param>
/// <param name="Aliases">Other spellings that mean the same.</param>
/// <param name="Parameters">Its hyper-parameters with defaults and ranges.</param>
public sealed record DriftAlgorithmInfo(string Name, IReadOnlyList<string> Aliases, IReadOnlyList<ParameterInfo> Parameters)
{
    /// <summary>Makes the detector from validated parameters and the seed to use.</summary>
    internal Func<ParameterSet, int, DriftDetector> Make { get; init; } = null!;
}
