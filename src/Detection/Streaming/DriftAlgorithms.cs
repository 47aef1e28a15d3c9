using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Every detector of drift in a stream, by name.</summary>
public static class DriftAlgorithms
{
    public static IReadOnlyList<DriftAlgorithmInfo> All { get; } = [Adwin.Definition, PageHinkley.Definition, Kswin.Definition];

    private static readonly Dictionary<string, DriftAlgorithmInfo> ByName = All
        .SelectMany(info => info.Aliases.Append(info.Name).Distinct(StringComparer.OrdinalIgnoreCase), (info, name) => (info, name))
        .ToDictionary(entry => entry.name, entry => entry.info, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds an algorithm by its name or an alias, whatever the case.</summary>
    public static bool TryResolve(string name, [NotNullWhen(true)] out DriftAlgorithmInfo? algorithm)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ByName.TryGetValue(name, out algorithm);
    }

    /// <summary>Makes a detector that has seen nothing.</summary>
    /// <param name="name">The algorithm's name or an alias.</param>
    /// <param name="parameters">Hyper-parameters that differ from their defaults.</param>
    /// <param name="seed">Seed of every random choice; 0 unless given.</param>
    /// <exception cref="ParameterException">The algorithm or a parameter is unknown, or a value is not accepted.</exception>
    public static DriftDetector Create(string name, IReadOnlyDictionary<string, JsonElement>? parameters = null, int? seed = null)
    {
        if (!TryResolve(name, out var algorithm))
            throw new ParameterException("algorithm", "one of " + string.Join(", ", All.Select(a => a.Name)), $"'{name}'");
        return algorithm.Make(ParameterSet.Validate(algorithm.Parameters, parameters), seed ?? 0);
    }
}
