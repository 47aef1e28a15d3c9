namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>A checked file as DuckDB is to load it.</summary>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="Query">The query that gives them as <c>c0</c>, <c>c1</c>, … in the SQL types of <see cref="SqlTypes.Of"/>.</param>
/// <param name="RowCount">The rows the query must give, where they are known beforehand.</param>
/// <param name="IsChecked">Whether every number is known to be finite and no cell overlong.</param>
/// <param name="Remarks">What a person should know of the reading.</param>
internal sealed record SourceTable(IReadOnlyList<DatasetColumn> Columns, string Query, long? RowCount, bool IsChecked,
    IReadOnlyList<ReadingRemark> Remarks);
