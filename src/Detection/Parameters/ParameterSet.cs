using System.Text.Json;

namespace EventSourcedAnomaly.Detection;

/// <summary>The complete, validated hyper-parameters of one detector: every parameter of its algorithm has a value.</summary>
public sealed class ParameterSet
{
    private readonly SortedDictionary<string, object?> _values;

    private ParameterSet(SortedDictionary<string, object?> values) => _values = values;

    /// <summary>
    /// Name to value: <see cref="int"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, <c>int[]</c>,
    /// <c>double[]</c>, <c>string[]</c>, <c>EnsembleMember[]</c> or null.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Values => _values;

    /// <exception cref="ParameterException">A name is not one of <paramref name="parameters"/>, or a value is not accepted.</exception>
    internal static ParameterSet Validate(IReadOnlyList<ParameterInfo> parameters, IReadOnlyDictionary<string, JsonElement>? given)
    {
        var values = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var parameter in parameters) values[parameter.Name] = parameter.Default;
        foreach (var (name, value) in given ?? new Dictionary<string, JsonElement>(StringComparer.Ordinal))
        {
            var parameter = parameters.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal))
                ?? throw new ParameterException(
                    name, "a parameter of the algorithm: " + string.Join(", ", parameters.Select(p => p.Name)), value.GetRawText());
            values[name] = ParameterValue.Read(parameter, value);
        }
        return new ParameterSet(values);
    }

    /// <summary>A stored set; a parameter that is younger than the stored form has its default.</summary>
    internal static ParameterSet Restore(IReadOnlyList<ParameterInfo> parameters, IEnumerable<KeyValuePair<string, object?>> stored)
    {
        var values = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var parameter in parameters) values[parameter.Name] = parameter.Default;
        foreach (var (name, value) in stored) values[name] = value;
        return new ParameterSet(values);
    }

    internal bool Has(string name) => _values.TryGetValue(name, out var value) && value is not null;

    internal bool Is(string name, string word) => _values[name] is string text && string.Equals(text, word, StringComparison.Ordinal);

    internal int Integer(string name) => (int)_values[name]!;

    internal double Number(string name) => _values[name] is int whole ? whole : (double)_values[name]!;

    internal bool Boolean(string name) => (bool)_values[name]!;

    internal string Text(string name) => (string)_values[name]!;

    internal object? this[string name] => _values[name];
}
