using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>A Parquet file, checked by its footer before a page is read.</summary>
internal static class ParquetSource
{
    private const int Mark = 4;

    public static SourceTable Read(string path, DuckDBConnection connection, ReadLimits limits, CancellationToken ct)
    {
        CheckEndMark(path);
        var file = Sql.Text(path);
        var described = Description.Of(connection, $"SELECT * FROM read_parquet({file})", ct);
        ColumnNames.CheckCount(described.Count, limits);
        var types = described.Select(d => SqlTypes.From(d.Type, d.Name)).ToArray();

        // DuckDB renames the second of two equal names; the footer has them as they are, the root first.
        var names = connection.Query($"SELECT name FROM parquet_schema({file})", ct).Select(row => row.GetString(0)).Skip(1).ToArray();
        names = [.. ColumnNames.Complete(names, out var made)];
        var rows = CheckSize(connection, file, types.Length, limits, ct);
        var values = string.Join(", ", types.Select((type, i) => $"c{i}::{SqlTypes.Of(type)} AS c{i}"));
        var query = $"SELECT {values} FROM read_parquet({file}) AS source({string.Join(", ", types.Select((_, i) => $"c{i}"))})";
        return new SourceTable([.. names.Zip(types, (name, type) => new DatasetColumn(name, type))], query, rows, IsChecked: false,
            made.Count > 0 ? [ReadingRemark.Unnamed(made)] : []);
    }

    private static long CheckSize(DuckDBConnection connection, string file, int columns, ReadLimits limits, CancellationToken ct)
    {
        var rows = connection.Number($"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({file})", ct);
        if (rows == 0)
            throw DatasetException.OfFile(DatasetError.NoRows, "The file has columns but no rows.");
        if (rows > limits.MaxRows)
            throw DatasetException.OfFile(DatasetError.TooManyRows, $"The file has {rows:N0} rows; at most {limits.MaxRows:N0} are taken.");

        // Repeated values are stored once, so what the pages expand to says less than what the cells need.
        var pages = connection.Number($"SELECT sum(total_uncompressed_size)::BIGINT FROM parquet_metadata({file})", ct);
        var expanded = Math.Max(pages, rows * columns * sizeof(double));
        if (expanded > limits.MaxExpandedBytes)
            throw DatasetException.OfFile(DatasetError.Bomb,
                $"The file expands to {expanded:N0} bytes; at most {limits.MaxExpandedBytes:N0} are taken.");
        return rows;
    }

    private static void CheckEndMark(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> end = stackalloc byte[Mark];
        file.Seek(-Mark, SeekOrigin.End);
        file.ReadExactly(end);
        if (!end.SequenceEqual("PAR1"u8))
            throw DatasetException.OfFile(DatasetError.Corrupt, "The Parquet file is cut short: it does not end with its mark 'PAR1'.");
    }
}
