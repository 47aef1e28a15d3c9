using System.Globalization;

namespace EventSourcedAnomaly.Datasets;

/// <summary>A way in which cells are written, and how many are.</summary>
/// <param name="Spelling">The text of the cells.</param>
/// <param name="Count">How many.</param>
public sealed record SpellingCount(string Spelling, long Count)
{
    private const int Shown = 10;

    internal static IReadOnlyList<SpellingCount> Ranked(IReadOnlyDictionary<string, long> counts) =>
        [.. counts.Select(pair => new SpellingCount(pair.Key, pair.Value))
            .OrderByDescending(each => each.Count).ThenBy(each => each.Spelling, StringComparer.Ordinal)];

    internal static string Say(IReadOnlyList<SpellingCount> spellings) =>
        string.Join(", ", spellings.Take(Shown)
            .Select(each => string.Create(CultureInfo.InvariantCulture, $"'{each.Spelling}' ({each.Count} cells)")))
        + (spellings.Count > Shown ? ", …" : "");
}
