using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>
/// What every answer about a data set says. The Platform contract's <c>size</c> counts rows, its <c>features</c> feature columns.
/// </summary>
internal abstract record DatasetHead
{
    public string Id { get; init; } = string.Empty;

    public string DatasetId { get; init; } = string.Empty;

    public string Name { get; init; } = string.Empty;

    public string? Description { get; init; }

    public string Format { get; init; } = string.Empty;

    public long SizeBytes { get; init; }

    public long RowCount { get; init; }

    public int ColumnCount { get; init; }

    public long Size { get; init; }

    public int Features { get; init; }

    public string Status { get; init; } = string.Empty;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A line of a list.</summary>
internal sealed record DatasetItem : DatasetHead
{
    public DatasetCounts? Statistics { get; init; }
}

/// <summary>Everything about one data set.</summary>
internal sealed record DatasetDetail : DatasetHead
{
    public IReadOnlyList<string> FeatureNames { get; init; } = [];

    public string? LabelColumn { get; init; }

    public string Sha256 { get; init; } = string.Empty;

    public string? Failure { get; init; }

    public FeatureStatistics? Statistics { get; init; }

    public IReadOnlyList<ColumnDetail> Columns { get; init; } = [];

    public QualityMetrics? QualityMetrics { get; init; }

    public QualitySummary? QualityReport { get; init; }
}

/// <summary>The upload that was just taken in.</summary>
internal sealed record DatasetReceipt : DatasetHead
{
    public string UploadId { get; init; } = string.Empty;
}

/// <summary>A page of data sets.</summary>
internal sealed record DatasetList(IReadOnlyList<DatasetItem> Datasets, Pagination Pagination);

/// <summary>Some rows; null where a cell is missing.</summary>
internal sealed record DatasetSample(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Data, int RowCount, long TotalRows);

/// <summary>The fields of an upload; only the file is needed.</summary>
/// <param name="File">CSV, Parquet, JSON or NDJSON, plain or in gzip.</param>
/// <param name="Name">What to call it; the file's name unless told.</param>
/// <param name="Description">What to say of it.</param>
/// <param name="Format"><c>csv</c>, <c>parquet</c>, <c>json</c> or <c>ndjson</c>; recognised unless told.</param>
/// <param name="HasHeader">Whether a CSV file begins with the columns' names; recognised unless told.</param>
/// <param name="Delimiter">What separates the cells of a CSV file; recognised unless told.</param>
/// <param name="Encoding">The encoding of a CSV file.</param>
/// <param name="LabelColumn">The column that says which rows are anomalies; <c>label</c> unless told.</param>
internal sealed record DatasetUpload(
    IFormFile File, string? Name = null, string? Description = null, string? Format = null, bool? HasHeader = null,
    string? Delimiter = null, string? Encoding = null,
    string? LabelColumn = null);

/// <summary>What a list says of the columns; <paramref name="MissingValues"/> is a fraction of all cells.</summary>
internal sealed record DatasetCounts(int NumericalColumns, int CategoricalColumns, double MissingValues, long DuplicateRows);

/// <summary>One number for each feature, in their order.</summary>
internal sealed record FeatureStatistics(
    IReadOnlyList<double?> Mean, IReadOnlyList<double?> Std, IReadOnlyList<double?> Min, IReadOnlyList<double?> Max);

/// <summary>One column; its statistics are null for text.</summary>
internal sealed record ColumnDetail(
    string Name, string Type, long NullCount, long UniqueCount, ColumnStatistics? Statistics,
    IReadOnlyList<SpellingCount>? MissingMarkers, string? NumberNotation);

/// <summary>Each from 0 to 1.</summary>
internal sealed record QualityMetrics(double Completeness, double Consistency, double Validity);

/// <summary>What a reader should know before using the data.</summary>
internal sealed record QualitySummary(double OverallScore, IReadOnlyList<QualityIssue> Issues);
