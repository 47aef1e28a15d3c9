using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>The uploaded file as it can be read: decompressed, in UTF-8, its format known.</summary>
internal sealed record SourceFile(string Path, DatasetFormat Format)
{
    private const int StartBytes = 4096;

    /// <summary>Decompresses and translates the file into the work directory where that is needed.</summary>
    public static SourceFile Prepare(string path, ReadOptions options, ReadLimits limits, string workDirectory, CancellationToken ct)
    {
        var size = new FileInfo(path).Length;
        if (size == 0)
            throw DatasetException.OfFile(DatasetError.Empty, "The file is empty.");
        if (size > limits.MaxBytes)
            throw DatasetException.OfFile(DatasetError.TooLarge, $"The file has {size:N0} bytes; at most {limits.MaxBytes:N0} are taken.");

        var name = System.IO.Path.GetFileName(path);
        var start = Start(path);
        if (GzipExpansion.IsGzip(start))
        {
            var expanded = System.IO.Path.Combine(workDirectory, "expanded");
            GzipExpansion.Expand(path, expanded, limits.MaxExpandedBytes, ct);
            name = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
            path = expanded;
            start = Start(path);
            if (start.Length == 0)
                throw DatasetException.OfFile(DatasetError.Empty, "The file is empty.");
        }
        var format = FormatDetection.Detect(name, start, options.Format);
        if (format is not DatasetFormat.Parquet && TextDecoding.Detect(start, options.Encoding) is { } encoding)
        {
            var translated = System.IO.Path.Combine(workDirectory, "translated");
            TextDecoding.Translate(path, encoding, translated, ct);
            path = translated;
        }
        return new SourceFile(path, format);
    }

    public SourceTable Read(
        DuckDBConnection connection, string workDirectory, ReadOptions options, ReadLimits limits, CancellationToken ct) => Format switch
        {
            DatasetFormat.Csv => Csv.CsvSource.Read(Path, workDirectory, options, limits, ct),
            DatasetFormat.Parquet => ParquetSource.Read(Path, connection, limits, ct),
            _ => Json.JsonSource.Read(Path, workDirectory, limits, ct),
        };

    private static byte[] Start(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[StartBytes];
        return start[..file.ReadAtLeast(start, StartBytes, throwOnEndOfStream: false)];
    }
}
