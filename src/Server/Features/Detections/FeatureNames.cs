using System.Text.RegularExpressions;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Finds a model's features among the names that a request gives its columns.</summary>
internal static partial class FeatureNames
{
    private const string Field = "feature_names";
    private const int Named = 20;

    /// <summary>For each feature of the model, in its order, the place of the column that is it.</summary>
    /// <param name="given">The names of the columns; case and spaces around them matter only where the model's own names differ by
    /// nothing else.</param>
    /// <param name="expected">The model's features.</param>
    /// <exception cref="Problem">A name is unknown, given twice or missing.</exception>
    public static int[] Order(IReadOnlyList<string> given, IReadOnlyList<string> expected)
    {
        // JSON may hold null where the type says that there is none.
        for (var j = 0; j < given.Count; j++)
        {
            if ((object?)given[j] is null)
            {
                throw Problem.Invalid($"{Field}[{j}]", "a text", "null");
            }
        }

        // A model of rows without names has none but made ones: names then only label its columns.
        if (given.Count == expected.Count && expected.All(name => Made().IsMatch(name)) && !given.Any(expected.Contains))
        {
            return [.. Enumerable.Range(0, expected.Count)];
        }

        var exact = expected.Select((name, place) => (name, place))
            .ToDictionary(each => each.name, each => each.place, StringComparer.Ordinal);
        var loose = expected.Select((name, place) => (Name: Loose(name), place)).GroupBy(each => each.Name, StringComparer.Ordinal)
            .Where(group => group.Count() == 1).ToDictionary(group => group.Key, group => group.First().place, StringComparer.Ordinal);
        var order = new int[expected.Count];
        Array.Fill(order, -1);
        for (var j = 0; j < given.Count; j++)
        {
            if (!exact.TryGetValue(given[j], out var place) && !loose.TryGetValue(Loose(given[j]), out place))
            {
                throw Wrong("unknown", given.Where(name => !exact.ContainsKey(name) && !loose.ContainsKey(Loose(name))), expected);
            }

            if (order[place] >= 0)
            {
                throw Wrong("given twice", [given[j]], expected);
            }

            order[place] = j;
        }

        return order.Contains(-1) ? throw Wrong("missing", expected.Where((_, place) => order[place] < 0), expected) : order;
    }

    private static string Loose(string name) => name.Trim().ToUpperInvariant();

    private static Problem Wrong(string what, IEnumerable<string> names, IReadOnlyList<string> expected) => Problem.Invalid(
        Field, $"the model's features: {string.Join(", ", expected.Take(Named))}{(expected.Count > Named ? ", …" : string.Empty)}",
        $"{what}: {string.Join(", ", names.Take(Named).Select(name => $"'{name}'"))}");

    [GeneratedRegex(@"^(?:(?:feature_|column)[0-9]+_*|value)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Made();
}
