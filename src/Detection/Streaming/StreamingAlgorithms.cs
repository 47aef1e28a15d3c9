using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Every streaming algorithm of the library, by name.</summary>
public static class StreamingAlgorithms
{
    /// <summary>All streaming algorithms; the first is the one to take unless there is a reason for another.</summary>
    public static IReadOnlyList<StreamingAlgorithmInfo> All { get; } =
    [
        StreamingEnsemble.Definition, RobustRandomCutForest.Definition, HalfSpaceTrees.Definition, KnnCad.Definition,
        StreamingZScore.Definition,
    ];

    private static readonly Dictionary<string, StreamingAlgorithmInfo> ByName = All
        .SelectMany(info => info.Aliases.Append(info.Name).Distinct(StringComparer.OrdinalIgnoreCase), (info, name) => (info, name))
        .ToDictionary(entry => entry.name, entry => entry.info, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds an algorithm by its name or an alias, whatever the case.</summary>
    public static bool TryResolve(string name, [NotNullWhen(true)] out StreamingAlgorithmInfo? algorithm)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ByName.TryGetValue(name, out algorithm);
    }

    /// <summary>Makes a detector that has seen nothing.</summary>
    /// <param name="name">The algorithm's name or an alias.</param>
    /// <param name="parameters">Hyper-parameters that differ from their defaults.</param>
    /// <param name="seed">Seed of every random choice unless <c>random_state</c> is given; 0 when neither is.</param>
    /// <exception cref="ParameterException">The algorithm or a parameter is unknown, or a value is not accepted.</exception>
    public static StreamingDetector Create(string name, IReadOnlyDictionary<string, JsonElement>? parameters = null, int? seed = null)
    {
        if (!TryResolve(name, out var algorithm))
            throw new ParameterException("algorithm", "one of " + string.Join(", ", All.Select(a => a.Name)), $"'{name}'");
        var validated = ParameterSet.Validate(algorithm.Parameters, parameters);
        return algorithm.Make(validated, validated.Has("random_state") ? validated.Integer("random_state") : seed ?? 0);
    }
}
