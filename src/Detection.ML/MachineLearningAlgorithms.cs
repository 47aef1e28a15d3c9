namespace EventSourcedAnomaly.Detection.ML;

/// <summary>The algorithms that this assembly adds to those of the detection library, because ML.NET trains them.</summary>
public static class MachineLearningAlgorithms
{
    /// <summary>What is added.</summary>
    public static IReadOnlyList<AlgorithmInfo> All { get; } = [RandomizedPca.Definition, Xgbod.Definition];

    /// <summary>The library's algorithms and those of this assembly.</summary>
    public static AlgorithmCatalog Catalog { get; } = Algorithms.Catalog.With(All);
}
