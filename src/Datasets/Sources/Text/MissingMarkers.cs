using System.Collections.Frozen;
using System.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Text;

/// <summary>
/// The words that programs write for a missing value: those that pandas reads as such, PostgreSQL's <c>\N</c>, the UCI repository's
/// <c>?</c> and the dashes of spreadsheets. NaN is not among them: it is a number that detectors refuse.
/// </summary>
internal static class MissingMarkers
{
    private const int Longest = 8;

    public static readonly FrozenSet<string> All = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "NA", "N/A", "N.A.", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "(null)", "<null>", "None", "nil", "NaT",
        "\\N", "?", "-", "--", ".",
        "\u2013", "\u2014", "..", "#NULL!", "missing", "(NA)", "[NA]", "n.d.", "k.A.", "#NV");

    /// <summary>Whether a cell without surrounding spaces is one of them, in upper or lower case.</summary>
    public static bool Contains(ReadOnlySpan<byte> cell)
    {
        if (cell.Length > Longest)
            return false;
        Span<char> characters = stackalloc char[Longest];
        var count = Encoding.UTF8.GetChars(cell, characters);
        return All.GetAlternateLookup<ReadOnlySpan<char>>().Contains(characters[..count]);
    }
}
