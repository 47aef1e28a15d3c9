using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Sources.Json;

/// <summary>A scanned JSON file as DuckDB is to parse it.</summary>
internal static class JsonSource
{
    public static SourceTable Read(string path, DatasetFormat format, ReadLimits limits, CancellationToken ct)
    {
        var scan = JsonScan.Of(path, limits, ct);
        var columns = scan.Names.Zip(scan.Tallies, (name, tally) => new DatasetColumn(name, tally.Type)).ToArray();
        var declared = string.Join(", ", columns.Select(c => $"{Sql.Name(c.Name)}: '{ParsedAs(c.Type)}'"));
        var aliases = string.Join(", ", columns.Select((_, i) => $"c{i}"));
        var values = columns.Select((c, i) => c.Type is ColumnType.Timestamp ? $"c{i}::TIMESTAMPTZ::TIMESTAMP AS c{i}" : $"c{i}");
        var query = $"SELECT {string.Join(", ", values)} FROM read_json({Sql.Text(path)}, format='{Layout(path, format)}', records=true, "
            + $"maximum_object_size={2 * JsonScan.MaxRecordBytes}, columns={{{declared}}}) AS source({aliases})";
        return new SourceTable(columns, query, scan.RowCount, IsChecked: true);
    }

    /// <summary>Times are parsed from their text, where an offset is heeded.</summary>
    private static string ParsedAs(ColumnType type) => type is ColumnType.Timestamp ? "VARCHAR" : SqlTypes.Of(type);

    private static string Layout(string path, DatasetFormat format)
    {
        if (format is DatasetFormat.Ndjson)
            return "newline_delimited";
        Span<byte> start = stackalloc byte[4096];
        using var file = File.OpenRead(path);
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return FormatDetection.TextStart(start[..read]) == '[' ? "array" : "unstructured";
    }
}
