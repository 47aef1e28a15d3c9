using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Algorithms by name: those of this library (<see cref="Algorithms.Catalog"/>), or those with others that another assembly brings. A
/// catalogue does not change; <see cref="With"/> makes another one.
/// </summary>
public sealed class AlgorithmCatalog
{
    private readonly Dictionary<string, AlgorithmInfo> _byName;
    private readonly DetectorEnvelope<Detector> _envelope;

    internal AlgorithmCatalog(IReadOnlyList<AlgorithmInfo> algorithms)
    {
        All = algorithms;
        _byName = algorithms
            .SelectMany(info => info.Aliases.Append(info.Name).Distinct(StringComparer.OrdinalIgnoreCase), (info, name) => (info, name))
            .ToDictionary(entry => entry.name, entry => entry.info, StringComparer.OrdinalIgnoreCase);
        _envelope = new DetectorEnvelope<Detector>(Detector.Form, Stored);
    }

    /// <summary>All algorithms, family by family.</summary>
    public IReadOnlyList<AlgorithmInfo> All { get; }

    /// <summary>A catalogue of these algorithms and more.</summary>
    /// <exception cref="ArgumentException">Two algorithms share a name or an alias.</exception>
    public AlgorithmCatalog With(IEnumerable<AlgorithmInfo> more) => new([.. All, .. more]);

    /// <summary>Finds an algorithm by its name or an alias, whatever the case.</summary>
    public bool TryResolve(string name, [NotNullWhen(true)] out AlgorithmInfo? algorithm)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.TryGetValue(name, out algorithm);
    }

    /// <summary>Makes an unfitted detector.</summary>
    /// <param name="name">The algorithm's name or an alias.</param>
    /// <param name="parameters">Hyper-parameters that differ from their defaults.</param>
    /// <param name="seed">Seed of every random choice unless <c>random_state</c> is given; 0 when neither is.</param>
    /// <exception cref="ParameterException">The algorithm or a parameter is unknown, or a value is not accepted.</exception>
    public Detector Create(string name, IReadOnlyDictionary<string, JsonElement>? parameters = null, int? seed = null)
    {
        if (!TryResolve(name, out var algorithm))
            throw new ParameterException("algorithm", "one of " + string.Join(", ", All.Select(a => a.Name)), $"'{name}'");
        var validated = ParameterSet.Validate(algorithm.Parameters, parameters);
        return algorithm.Make(validated, validated.Has("random_state") ? validated.Integer("random_state") : seed ?? 0);
    }

    /// <summary>Restores a detector from what <see cref="Detector.ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a stored detector, are damaged, or of an unknown version or
    /// algorithm.</exception>
    public Detector Read(ReadOnlySpan<byte> bytes) => _envelope.Read(bytes);

    private DetectorFactory<Detector>? Stored(string name)
    {
        // a foreign model is stored like the others, though none can be created by name
        var algorithm = string.Equals(name, OnnxModel.Definition.Name, StringComparison.Ordinal) ? OnnxModel.Definition
            : TryResolve(name, out var known) ? known : null;
        return algorithm is null ? null : new(algorithm.Parameters, algorithm.Make);
    }
}
