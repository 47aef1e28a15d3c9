namespace EventSourcedAnomaly.Datasets;

/// <summary>What is in a data set; every figure is exact.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="Columns">One entry per column, in order.</param>
/// <param name="DuplicateRows">Rows equal to an earlier one in every column.</param>
/// <param name="ConstantColumns">The names of the columns with at most one different value.</param>
/// <param name="Quality">How fit the data are to be used.</param>
public sealed record DatasetProfile(
    long RowCount,
    IReadOnlyList<ColumnProfile> Columns,
    long DuplicateRows,
    IReadOnlyList<string> ConstantColumns,
    QualityReport Quality);

/// <summary>What is in a column. Truth values count as 1 and 0, points in time as Unix seconds.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">What its cells are.</param>
/// <param name="NullCount">Missing cells.</param>
/// <param name="UniqueCount">Different values among those present; counted, not estimated, however large the file.</param>
/// <param name="Statistics">Null for text, and for a column without any value.</param>
/// <param name="MissingMarkers">The words in the file that were read as missing values; null where there are none.</param>
/// <param name="NumberNotation"><c>decimal_comma</c> or <c>grouped_thousands</c> where the numbers are so written; else null.</param>
public sealed record ColumnProfile(
    string Name, ColumnType Type, long NullCount, long UniqueCount, ColumnStatistics? Statistics,
    IReadOnlyList<SpellingCount>? MissingMarkers = null, string? NumberNotation = null);

/// <summary>The figures of a column of numbers, over the cells that are present.</summary>
/// <param name="Mean">The arithmetic mean.</param>
/// <param name="Std">The sample standard deviation (divisor n - 1); 0 for a single value.</param>
/// <param name="Min">The least.</param>
/// <param name="Max">The greatest.</param>
/// <param name="Quartiles">The 25th, 50th and 75th percentiles, interpolated linearly between neighbours (type 7 of Hyndman and Fan,
/// 1996).</param>
public sealed record ColumnStatistics(double Mean, double Std, double Min, double Max, IReadOnlyList<double> Quartiles);

/// <summary>How fit a data set is to be used; every share lies in [0, 1], 1 is best.</summary>
/// <param name="Completeness">The share of cells that hold a value.</param>
/// <param name="Consistency">The share of values that are of their column's prevailing form (numbers in a column of words are not, nor
/// words in one of numbers).</param>
/// <param name="Validity">The share of cells that can tell rows apart: neither in a row that repeats an earlier one nor in a constant
/// column.</param>
/// <param name="OverallScore">The mean of the three.</param>
/// <param name="Issues">What lowers them, the gravest first.</param>
public sealed record QualityReport(double Completeness, double Consistency, double Validity, double OverallScore,
    IReadOnlyList<QualityIssue> Issues);

/// <summary>One thing that is wrong with a data set, or that a person should know of how it was read.</summary>
/// <param name="Type">
/// Of the data: <c>missing_values</c>, <c>mixed_types</c>, <c>duplicate_rows</c> or <c>constant_columns</c>. Of text that was not
/// understood: <c>unread_numbers</c>, <c>unread_times</c>, <c>numbers_as_text</c> or <c>missing_value_markers</c>. Of the reading:
/// <c>missing_value_markers</c>, <c>number_notation</c>, <c>ambiguous_numbers</c>, <c>ambiguous_header</c>,
/// <c>leading_zeros</c>, <c>reduced_precision</c> or <c>unnamed_columns</c>.
/// </param>
/// <param name="Severity"><c>low</c> (under 5 % of what it concerns), <c>medium</c> (under 20 %) or <c>high</c>.</param>
/// <param name="Count">How many cells, rows or columns it concerns.</param>
/// <param name="Description">The sentence for people.</param>
/// <param name="Column">The column it concerns, or null where it concerns several or the file.</param>
/// <param name="Spellings">How the cells it concerns are written, the most frequent first; null where that says nothing.</param>
public sealed record QualityIssue(
    string Type, string Severity, long Count, string Description, string? Column = null, IReadOnlyList<SpellingCount>? Spellings = null);
