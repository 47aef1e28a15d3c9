using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>A JSON array of objects, or one object per line; DuckDB finds the columns from all of the rows.</summary>
internal static class JsonSource
{
    private const string Mixed = "JSON";

    public static SourceTable Read(string path, DatasetFormat format, Connection connection, ReadLimits limits, CancellationToken ct)
    {
        var layout = Layout(path, format);
        Utf8Check.CheckFile(path, ct);
        var reader = $"read_json({Sql.Text(path)}, format='{layout}', records=true, maximum_object_size={16 << 20}";
        var described = Description.Of(
            connection, $"SELECT * FROM {reader}, sample_size=-1, maximum_depth=2, map_inference_threshold=-1, field_appearance_threshold=0)", ct);
        if (described is [{ Name: "json", Type: Mixed }])
            throw DatasetException.OfFile(DatasetError.Nested, "The rows of a JSON file must be objects, like {\"name\": 1.5}.");
        ColumnNames.CheckCount(described.Count, limits);
        ColumnNames.Check([.. described.Select(d => d.Name)]);

        var declared = string.Join(", ", described.Select(d => $"{Sql.Name(d.Name)}: {Sql.Text(d.Type)}"));
        var rows = $"{reader}, columns={{{declared}}}) AS source({string.Join(", ", described.Select((_, i) => $"c{i}"))})";
        RefuseNested(connection, described, rows, ct);
        var columns = described.Select(d => new DatasetColumn(d.Name, d.Type is Mixed ? ColumnType.Text : SqlTypes.From(d.Type, d.Name))).ToArray();
        var values = columns.Select((c, i) => described[i].Type is Mixed ? $"c{i} ->> '$' AS c{i}" : $"c{i}::{SqlTypes.Of(c.Type)} AS c{i}");
        return new SourceTable(columns, $"SELECT {string.Join(", ", values)} FROM {rows}", RowCount: null, IsChecked: false);
    }

    /// <summary>DuckDB's type JSON means scalars of several kinds, nothing but nulls, or something nested; only the last is refused.</summary>
    private static void RefuseNested(Connection connection, IReadOnlyList<Description> described, string rows, CancellationToken ct)
    {
        for (var i = 0; i < described.Count; i++)
        {
            if (described[i].Type is not Mixed)
                continue;
            var nested = connection.Number($"SELECT count(*) FROM {rows} WHERE json_type(c{i}) IN ('OBJECT', 'ARRAY')", ct);
            if (nested > 0)
                throw DatasetException.OfFile(DatasetError.Nested, $"Column '{described[i].Name}' is nested in {nested:N0} rows; expected numbers, true/false, times or text.");
        }
    }

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
