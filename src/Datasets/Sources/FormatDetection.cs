namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>Tells formats apart by their first bytes, then by the file's name.</summary>
internal static class FormatDetection
{
    private static readonly (byte[] Magic, string What)[] ForeignFormats =
    [
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or an Office document"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF document"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd-compressed data"),
        ([0x42, 0x5A, 0x68], "bzip2-compressed data"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz-compressed data"),
        ([0x1F, 0x8B], "gzip inside gzip"),
        ("SQLite format 3"u8.ToArray(), "an SQLite database"),
        ("PARE"u8.ToArray(), "an encrypted Parquet file"),
        ("ARROW1"u8.ToArray(), "an Arrow file"),
    ];

    /// <param name="name">The file's name, without a <c>.gz</c>.</param>
    /// <param name="start">Its first bytes, decompressed.</param>
    /// <param name="stated">What the uploader says.</param>
    public static DatasetFormat Detect(string name, ReadOnlySpan<byte> start, DatasetFormat? stated)
    {
        foreach (var (magic, what) in ForeignFormats)
        {
            if (start.StartsWith(magic))
                throw DatasetException.OfFile(DatasetError.Binary, $"The file is {what}; expected CSV, Parquet, JSON or NDJSON.");
        }
        var isParquet = start.StartsWith("PAR1"u8);
        if (stated is { } format && isParquet != (format is DatasetFormat.Parquet))
        {
            var found = isParquet ? "it is a Parquet file" : "it does not begin with Parquet's mark 'PAR1'";
            throw new DatasetException(DatasetError.Unreadable, "format", $"The file was said to be {format}, but {found}.");
        }
        return stated ?? (isParquet ? DatasetFormat.Parquet : ByName(name) ?? ByFirstCharacter(start));
    }

    private static DatasetFormat? ByName(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".csv" or ".tsv" => DatasetFormat.Csv,
        ".json" => DatasetFormat.Json,
        ".ndjson" or ".jsonl" => DatasetFormat.Ndjson,
        ".parquet" => throw DatasetException.OfFile(
            DatasetError.Corrupt, "The file is named .parquet, but does not begin with Parquet's mark 'PAR1'."),
        _ => null,
    };

    private static DatasetFormat ByFirstCharacter(ReadOnlySpan<byte> start) => TextStart(start) switch
    {
        (byte)'[' => DatasetFormat.Json,
        (byte)'{' => DatasetFormat.Ndjson,
        _ => DatasetFormat.Csv,
    };

    /// <summary>The first byte that is neither byte order mark nor white space; 0 if there is none.</summary>
    public static byte TextStart(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("\uFEFF"u8))
            start = start[3..];
        start = start.TrimStart(" \t\r\n"u8);
        return start.IsEmpty ? (byte)0 : start[0];
    }
}
