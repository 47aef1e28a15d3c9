using System.Globalization;
using EventSourcedAnomaly.Datasets.Sources;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Turns counts into shares and says what lowers them.</summary>
internal static class QualityAssessment
{
    private const double MediumFrom = 0.05;
    private const double HighFrom = 0.2;

    public static QualityReport Of(
        long rows, IReadOnlyList<ColumnProfile> columns, long duplicateRows, IReadOnlyList<string> constantColumns,
        IReadOnlyList<UnreadText> texts, IReadOnlyList<ReadingRemark> remarks)
    {
        var cells = (double)rows * columns.Count;
        var missing = columns.Sum(c => c.NullCount);
        var present = cells - missing;
        var completeness = present / cells;
        var mixed = texts.Where(t => t.Minority > 0).ToArray();
        var mixedCells = mixed.Sum(t => t.Minority);
        var inconsistent = texts.Sum(t => t.Inconsistent);
        var consistency = present == 0 ? 1 : 1 - (inconsistent / present);
        var validity = (1 - (duplicateRows / (double)rows)) * (1 - (constantColumns.Count / (double)columns.Count));
        QualityIssue?[] issues =
        [
            Issue("missing_values", missing, missing / cells,
                $"{missing:N0} of {cells:N0} cells hold no value, in {columns.Count(c => c.NullCount > 0):N0} columns"),
            Issue("mixed_types", mixedCells, present == 0 ? 0 : mixedCells / present,
                $"{mixedCells:N0} cells of text columns are numbers among words, or words among numbers: "
                + Shortened([.. mixed.Select(t => $"'{t.Column}' ({t.MinorityExample})")])),
            Issue("duplicate_rows", duplicateRows, duplicateRows / (double)rows, $"{duplicateRows:N0} rows repeat an earlier row"),
            Issue("constant_columns", constantColumns.Count, constantColumns.Count / (double)columns.Count,
                "Columns with at most one different value: " + Shortened(constantColumns)),
            .. remarks.Select(remark => Issue(remark, rows)),
            .. texts.SelectMany(text => text.Remarks).Select(remark => Issue(remark, rows)),
        ];
        return new QualityReport(
            completeness, consistency, validity, (completeness + consistency + validity) / 3,
            [.. issues.OfType<QualityIssue>().OrderBy(i => Array.IndexOf(["high", "medium", "low"], i.Severity))]);
    }

    // What was read but could mean something else weighs more than the share of its cells.
    private static QualityIssue? Issue(ReadingRemark remark, long rows)
    {
        var share = remark.Type switch
        {
            _ when remark.Type.StartsWith("ambiguous", StringComparison.Ordinal) => HighFrom,
            "number_notation" or "unnamed_columns" or "reduced_precision" or "leading_zeros" => 0,
            _ => remark.Count / (double)rows,
        };
        return Issue(remark.Type, remark.Count, share, remark.Description) is { } issue
            ? issue with { Column = remark.Column, Spellings = remark.Spellings }
            : null;
    }

    private static QualityIssue? Issue(string type, long count, double share, string description)
    {
        var severity = share >= HighFrom ? "high" : share >= MediumFrom ? "medium" : "low";
        return count == 0 ? null : new QualityIssue(type, severity, count, description);
    }

    private static string Shortened(IReadOnlyList<string> names)
    {
        const int Shown = 5;
        var first = string.Join(", ", names.Take(Shown));
        return names.Count <= Shown ? first : string.Create(CultureInfo.InvariantCulture, $"{first} and {names.Count - Shown} more");
    }
}
