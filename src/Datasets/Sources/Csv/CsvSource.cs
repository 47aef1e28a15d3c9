using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>A CSV file as DuckDB is to load it: rewritten, so that there is one reader of what people write.</summary>
internal static class CsvSource
{
    public static SourceTable Read(string path, string workDirectory, ReadOptions options, ReadLimits limits, CancellationToken ct)
    {
        var scan = CsvScan.Of(path, options, limits, ct);
        var columns = ScannedColumns.Of(scan.Names, scan.Tallies, scan.Dialect.Delimiter switch
        {
            ',' => CommaMeaning.Thousands,
            ';' => CommaMeaning.Decimal,
            _ => CommaMeaning.Unknown,
        });
        var target = Path.Combine(workDirectory, "canonical");
        using (var canonical = new CanonicalFile(target, columns.Readings))
        {
            var isHeader = scan.Dialect.HasHeader;
            CsvRecords.Read(path, scan.Dialect, limits.MaxColumns, Write, ct);

            void Write(ReadOnlySpan<byte> text, CsvRecord record, long line)
            {
                if (isHeader)
                {
                    isHeader = false;
                    return;
                }
                for (var i = 0; i < record.FieldCount; i++)
                {
                    var cell = text[record.Field(i)];
                    canonical.Add(i, cell, record.IsQuoted(text, i), isPresent: !cell.IsEmpty);
                }
                canonical.EndRow();
            }
        }
        return new SourceTable(
            columns.Columns, CanonicalFile.Query(target, columns.Readings, CsvRecords.MaxRecordBytes), scan.RowCount, IsChecked: true,
            [.. scan.Remarks, .. columns.Remarks]);
    }
}
