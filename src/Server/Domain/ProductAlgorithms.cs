using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Detection.ML;

namespace EventSourcedAnomaly.Server.Domain;

/// <summary>The algorithms of the product: those of the detection library, and those that ML.NET trains.</summary>
internal static class ProductAlgorithms
{
    /// <summary>By name; it creates detectors and restores them.</summary>
    public static AlgorithmCatalog Catalog { get; } = Algorithms.Catalog.With(MachineLearningAlgorithms.All);

    /// <summary>Whether an algorithm learns from labels.</summary>
    public static bool NeedsLabels(string algorithm) => Catalog.TryResolve(algorithm, out var known) && known.IsSupervised;
}
