using System.Globalization;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>What a person should know of how a file was read; becomes an issue of the quality report.</summary>
/// <param name="Type">For programs; see <see cref="QualityIssue"/>.</param>
/// <param name="Column">The column, or null for the file.</param>
/// <param name="Count">How many cells or columns it concerns.</param>
/// <param name="Description">The sentence for people.</param>
/// <param name="Spellings">How the cells were written, and how often.</param>
/// <param name="Notation">How the column's numbers are written, where not with a decimal point alone.</param>
internal sealed record ReadingRemark(
    string Type, string? Column, long Count, string Description, IReadOnlyList<SpellingCount>? Spellings = null,
    string? Notation = null)
{
    public const string MissingType = "missing_value_markers";

    public static ReadingRemark Missing(string column, IReadOnlyDictionary<string, long> markers)
    {
        var spellings = SpellingCount.Ranked(markers);
        return new ReadingRemark(MissingType, column, spellings.Sum(s => s.Count),
            $"Column '{column}': {SpellingCount.Say(spellings)} read as missing values", spellings);
    }

    public static ReadingRemark Written(string column, NumberNotation notation) => new(
        "number_notation", column, 1, $"Column '{column}' was read as numbers with {Words(notation)}", Notation: Code(notation));

    public static ReadingRemark Doubtful(string column, NumberNotation notation) => new(
        "ambiguous_numbers", column, 1,
        $"Column '{column}' was read as numbers with {Words(notation)}, but could mean something else: every mark in it stands before "
        + "three digits. Write the numbers with a decimal point and nothing between thousands to be sure",
        Notation: Code(notation));

    public static ReadingRemark LeadingZeros(string column, long count) => new(
        "leading_zeros", column, count,
        string.Create(CultureInfo.InvariantCulture,
            $"Column '{column}' was read as numbers: {count} of them begin with a zero, as codes do; ")
        + "put a letter in front of codes to keep them as text");

    public static ReadingRemark Shortened(string column, long count) => new(
        "reduced_precision", column, count,
        string.Create(CultureInfo.InvariantCulture, $"Column '{column}': {count} times were cut to the microsecond"));

    public static ReadingRemark Header(bool isHeader) => new(
        "ambiguous_header", null, 1,
        $"The first line was read as {(isHeader ? "the names of the columns" : "data")}, but could be "
        + $"{(isHeader ? "data" : "the names of the columns")}: state has_header={(isHeader ? "false" : "true")} if it is");

    public static ReadingRemark Unnamed(IReadOnlyList<string> names) => new(
        "unnamed_columns", names.Count == 1 ? names[0] : null, names.Count,
        string.Create(CultureInfo.InvariantCulture,
            $"{names.Count} columns have no name in the file and were named {string.Join(", ", names.Take(5))}")
            + (names.Count > 5 ? ", …; " : "; ")
            + "leave an index out of the features, for it says nothing of a row");

    private static string? Code(NumberNotation notation) => notation switch
    {
        NumberNotation.Comma => "decimal_comma",
        NumberNotation.Grouped => "grouped_thousands",
        _ => null,
    };

    private static string Words(NumberNotation notation) =>
        notation is NumberNotation.Comma ? "a decimal comma" : "marks between the thousands and a decimal point";
}
