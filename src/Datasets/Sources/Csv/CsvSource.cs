using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>A scanned CSV file as DuckDB is to parse it: nothing is left for it to guess.</summary>
internal static class CsvSource
{
    public static SourceTable Read(string path, ReadOptions options, ReadLimits limits, CancellationToken ct)
    {
        var scan = CsvScan.Of(path, options, limits, ct);
        var columns = scan.Names.Zip(scan.Tallies, (name, tally) => new DatasetColumn(name, tally.Type)).ToArray();
        var types = string.Join(", ", columns.Select((c, i) => $"'c{i}': '{ParsedAs(c.Type)}'"));
        var values = string.Join(", ", columns.Select((c, i) => c.Type is ColumnType.Timestamp ? $"c{i}::TIMESTAMP AS c{i}" : $"c{i}"));
        var query = $"SELECT {values} FROM read_csv({Sql.Text(path)}, auto_detect=false, strict_mode=false, "
            + $"header={scan.Dialect.HasHeader}, delim={Sql.Text(scan.Dialect.Delimiter.ToString())}, quote='\"', escape='\"', nullstr='', "
            + $"max_line_size={2 * CsvScan.MaxRecordBytes}, buffer_size={8 * CsvScan.MaxRecordBytes}, columns={{{types}}})";
        return new SourceTable(columns, query, scan.RowCount, IsChecked: true);
    }

    /// <summary>Only the type with a time zone heeds an offset in the text.</summary>
    private static string ParsedAs(ColumnType type) => type is ColumnType.Timestamp ? "TIMESTAMPTZ" : SqlTypes.Of(type);
}
