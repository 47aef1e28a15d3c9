namespace EventSourcedAnomaly.Datasets;

/// <summary>The file formats that are read, each also inside gzip.</summary>
public enum DatasetFormat
{
    /// <summary>Delimited text (RFC 4180 and its usual variants).</summary>
    Csv,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>An array of objects.</summary>
    Json,

    /// <summary>One object per line.</summary>
    Ndjson,
}

/// <summary>What the uploader says of the file; null means: find out.</summary>
/// <param name="Format">The file format.</param>
/// <param name="HasHeader">Whether the first row of a CSV file names the columns; detected by its cells being of
/// another kind than those below them.</param>
/// <param name="Delimiter">What separates the fields of a CSV file.</param>
/// <param name="Encoding"><c>utf-8</c>, <c>latin-1</c> or <c>utf-16</c>; detected by byte order mark, else UTF-8.</param>
public sealed record ReadOptions(DatasetFormat? Format = null, bool? HasHeader = null, char? Delimiter = null, string? Encoding = null);

/// <summary>What a file may cost.</summary>
/// <param name="MaxBytes">Bytes of the file as it is.</param>
/// <param name="MaxRows">Rows of data.</param>
/// <param name="MaxColumns">Columns.</param>
/// <param name="MaxExpandedBytes">Bytes of the file when decompressed.</param>
/// <param name="MemoryLimitMegabytes">What DuckDB's buffers may take; more is spilled to disk. Tables beyond 1,024 columns take 192 KiB per
/// column.</param>
public sealed record ReadLimits(long MaxBytes, long MaxRows, int MaxColumns, long MaxExpandedBytes, int MemoryLimitMegabytes)
{
    /// <summary>4 GiB, 50 million rows, 4,096 columns, 16 GiB expanded, 192 MB of memory.</summary>
    public static ReadLimits Default { get; } = new(4L << 30, 50_000_000, 4_096, 16L << 30, 192);
}

/// <summary>What the cells of a column are.</summary>
public enum ColumnType
{
    /// <summary>IEEE 754 double precision, always finite.</summary>
    Float64,

    /// <summary>Signed 64-bit integers.</summary>
    Int64,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Points in time, UTC, to the microsecond.</summary>
    Timestamp,

    /// <summary>Anything else.</summary>
    Text,
}

/// <summary>A column of a data set.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">What its cells are.</param>
public sealed record DatasetColumn(string Name, ColumnType Type);
