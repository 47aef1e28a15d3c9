using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace EventSourcedAnomaly.Detection;

/// <summary>Every algorithm of the library, by name.</summary>
public static class Algorithms
{
    private static readonly AlgorithmInfo[] OfRows =
    [
        IsolationForest.Definition, ExtendedIsolationForest.Definition,
        LocalOutlierFactor.Definition, Knn.Definition, Cblof.Definition, Inne.Definition,
        OneClassSvm.Definition,
        Ecod.Definition, Copod.Definition, Hbos.Definition, Loda.Definition, KernelDensity.Definition,
        Pca.Definition, MinCovDet.Definition,
        AutoEncoder.Definition, DeepSvdd.Definition,
    ];

    /// <summary>All algorithms, family by family.</summary>
    public static IReadOnlyList<AlgorithmInfo> All { get; } = [.. OfRows, LstmAutoencoder.Definition, Ensemble.Define(OfRows)];

    /// <summary>The same as a catalogue, to which another assembly may add.</summary>
    public static AlgorithmCatalog Catalog { get; } = new(All);

    /// <summary>Finds an algorithm by its name or an alias, whatever the case.</summary>
    public static bool TryResolve(string name, [NotNullWhen(true)] out AlgorithmInfo? algorithm) => Catalog.TryResolve(name, out algorithm);

    /// <inheritdoc cref="AlgorithmCatalog.Create"/>
    public static Detector Create(string name, IReadOnlyDictionary<string, JsonElement>? parameters = null, int? seed = null) =>
        Catalog.Create(name, parameters, seed);
}
