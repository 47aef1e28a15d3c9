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

    private static readonly Dictionary<string, AlgorithmInfo> ByName = All
        .SelectMany(info => info.Aliases.Append(info.Name).Distinct(StringComparer.OrdinalIgnoreCase), (info, name) => (info, name))
        .ToDictionary(entry => entry.name, entry => entry.info, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds an algorithm by its name or an alias, whatever the case.</summary>
    public static bool TryResolve(string name, [NotNullWhen(true)] out AlgorithmInfo? algorithm)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ByName.TryGetValue(name, out algorithm);
    }

    /// <summary>Makes an unfitted detector.</summary>
    /// <param name="name">The algorithm's name or an alias.</param>
    /// <param name="parameters">Hyper-parameters that differ from their defaults.</param>
    /// <param name="seed">Seed of every random choice unless <c>random_state</c> is given; 0 when neither is.</param>
    /// <exception cref="ParameterException">The algorithm or a parameter is unknown, or a value is not accepted.</exception>
    public static Detector Create(string name, IReadOnlyDictionary<string, JsonElement>? parameters = null, int? seed = null)
    {
        if (!TryResolve(name, out var algorithm))
            throw new ParameterException("algorithm", "one of " + string.Join(", ", All.Select(a => a.Name)), $"'{name}'");
        var validated = ParameterSet.Validate(algorithm.Parameters, parameters);
        return algorithm.Make(validated, validated.Has("random_state") ? validated.Integer("random_state") : seed ?? 0);
    }
}
