using EventSourcedAnomaly.Datasets.DuckDb;
using EventSourcedAnomaly.Datasets.Sources;

namespace EventSourcedAnomaly.Datasets;

/// <summary>Writes Parquet files, compressed with Zstandard.</summary>
public static class ParquetExport
{
    private const int MemoryLimitMegabytes = 256;

    /// <summary>Makes a Parquet file of a CSV file with a header; memory stays constant whatever the size.</summary>
    /// <param name="csv">The CSV file, in the directory that <paramref name="parquet"/> is to lie in.</param>
    /// <param name="columns">Its columns in order; a number is read to the nearest double.</param>
    /// <param name="parquet">The file to write.</param>
    /// <param name="ct">Stops the writing.</param>
    public static void FromCsv(string csv, IReadOnlyList<DatasetColumn> columns, string parquet, CancellationToken ct)
    {
        using var database = Database.Open(csv, Path.GetDirectoryName(parquet)!, MemoryLimitMegabytes, 64L << 30);
        using var connection = database.Connect();
        var types = string.Join(", ", columns.Select(column => $"{Sql.Text(column.Name)}: {Sql.Text(SqlTypes.Of(column.Type))}"));
        connection.Execute(
            $"COPY (SELECT * FROM read_csv({Sql.Text(csv)}, header=true, auto_detect=false, quote='\"', escape='\"', columns={{{types}}})) "
            + $"TO {Sql.Text(parquet)} (FORMAT parquet, COMPRESSION zstd)",
            ct);
    }
}
