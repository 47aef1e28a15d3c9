using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;
using EventSourcedAnomaly.Datasets.Sources;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets;

/// <summary>
/// The rows of a file, typed and columnar, in a DuckDB database of their own on disk; columns are <c>c0</c>, <c>c1</c>, ….
/// </summary>
internal static class Table
{
    public const string Name = "work.rows";

    private const int VectorRows = 2048;
    private const int MaxVectorsPerGroup = 60;
    private const int CellsPerGroup = 4 << 20;
    private const int ManyColumns = 256;
    private const int MaxCellBytes = 1 << 20;

    /// <summary>Loads a checked file; returns the number of rows.</summary>
    public static long Load(DuckDBConnection connection, SourceTable source, string workDirectory, ReadLimits limits, CancellationToken ct)
    {
        // Row groups are built in memory: the wider the table, the fewer rows may make one.
        var vectors = Math.Clamp(CellsPerGroup / (source.Columns.Count * VectorRows), 1, MaxVectorsPerGroup);
        var blockSize = source.Columns.Count > ManyColumns ? 16 << 10 : 256 << 10;
        var file = Sql.Text(Path.Combine(workDirectory, "rows.duckdb"));
        connection.Execute($"ATTACH {file} AS work (ROW_GROUP_SIZE {vectors * VectorRows}, BLOCK_SIZE {blockSize})", ct);
        connection.Execute($"CREATE TABLE {Name} AS {source.Query}", ct);
        connection.Execute("CHECKPOINT work", ct);

        var rows = connection.Number($"SELECT count(*) FROM {Name}", ct);
        if (source.RowCount is { } expected && rows != expected)
            throw DatasetException.OfFile(DatasetError.Unreadable, $"The file has {expected:N0} rows, but only {rows:N0} can be read.");
        if (rows == 0)
            throw DatasetException.OfFile(DatasetError.NoRows, "The file has no rows.");
        if (rows > limits.MaxRows)
            throw DatasetException.OfFile(DatasetError.TooManyRows, $"The file has {rows:N0} rows; at most {limits.MaxRows:N0} are taken.");
        if (!source.IsChecked)
            CheckCells(connection, source.Columns, ct);
        return rows;
    }

    private static void CheckCells(DuckDBConnection connection, IReadOnlyList<DatasetColumn> columns, CancellationToken ct)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            var offence = columns[i].Type switch
            {
                ColumnType.Float64 => $"NOT isfinite(c{i}) OR abs(c{i}) > {DatasetNumber.Largest:R}",
                ColumnType.Timestamp => $"c{i} NOT BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'",
                ColumnType.Text => $"strlen(c{i}) > {MaxCellBytes}",
                _ => null,
            };
            var row = offence is null ? 0 : connection.Number($"SELECT min(rowid) + 1 FROM {Name} WHERE {offence}", ct);
            if (row == 0)
                continue;
            throw columns[i].Type switch
            {
                ColumnType.Text => DatasetException.OfFile(
                    DatasetError.TooLarge, $"Row {row}, column '{columns[i].Name}' is longer than {MaxCellBytes:N0} bytes."),
                ColumnType.Timestamp => DatasetException.OfFile(
                    DatasetError.NonFinite, $"Row {row}, column '{columns[i].Name}' is not a time between the years 1 and 9999."),
                _ => IsFinite(connection, i, row, ct)
                    ? NonFiniteCell.TooLarge(columns[i].Name, new CellPlace(row, Line: 0))
                    : NonFiniteCell.Error(columns[i].Name, new CellPlace(row, Line: 0)),
            };
        }
    }

    private static bool IsFinite(DuckDBConnection connection, int column, long row, CancellationToken ct) =>
        connection.Number($"SELECT count(*) FROM {Name} WHERE rowid = {row - 1} AND isfinite(c{column})", ct) > 0;
}
