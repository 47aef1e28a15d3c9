using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Json;

/// <summary>A JSON file as DuckDB is to load it: rewritten as a table of text, so that only one reader decides what is valid.</summary>
internal static class JsonSource
{
    public static SourceTable Read(string path, string workDirectory, ReadLimits limits, CancellationToken ct)
    {
        var scan = JsonScan.Of(path, limits, rows: null, ct);
        var columns = ScannedColumns.Of(scan.Names, scan.Tallies, CommaMeaning.Unknown);
        var target = Path.Combine(workDirectory, "canonical");
        using (var canonical = new CanonicalFile(target, columns.Readings))
            JsonScan.Of(path, limits, new JsonRows(canonical, scan.Names.Count), ct);
        return new SourceTable(
            columns.Columns, CanonicalFile.Query(target, columns.Readings, JsonScan.MaxRecordBytes), scan.RowCount, IsChecked: true,
            [.. scan.Remarks, .. columns.Remarks]);
    }
}
