using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>
/// A file was read whole and its rows were stored, column-wise, in compressed chunks beside the stream. What is known of each
/// column, and the hash of each chunk, stand in a manifest beside them, which this event seals.
/// </summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Description">What its owner says of it.</param>
/// <param name="Format">csv, parquet, json or ndjson.</param>
/// <param name="UploadId">The upload that brought it.</param>
/// <param name="SizeBytes">The size of the file.</param>
/// <param name="Sha256">Of the file, in hex.</param>
/// <param name="ManifestSha256">Of the manifest, in hex.</param>
/// <param name="RowCount">How many rows it has.</param>
/// <param name="Columns">How many columns it has, by kind.</param>
/// <param name="LabelColumn">The column that says which rows are anomalies; never a feature.</param>
/// <param name="MissingValues">The share of cells without a value, 0 to 1.</param>
/// <param name="DuplicateRows">How many rows repeat an earlier one.</param>
/// <param name="UploadedAt">When.</param>
public sealed record DatasetUploaded(
    string Id,
    string Name,
    string? Description,
    string Format,
    string UploadId,
    long SizeBytes,
    string Sha256,
    string ManifestSha256,
    long RowCount,
    ColumnCounts Columns,
    string? LabelColumn,
    double MissingValues,
    long DuplicateRows,
    DateTimeOffset UploadedAt) : IDomainEvent;

/// <summary>How many columns there are.</summary>
/// <param name="Total">In all.</param>
/// <param name="Features">That detectors learn from: numbers and truth values, but not the label.</param>
/// <param name="Numerical">Of numbers.</param>
/// <param name="Categorical">Of text.</param>
public sealed record ColumnCounts(int Total, int Features, int Numerical, int Categorical);

/// <summary>What is known of a data set's columns and chunks.</summary>
/// <param name="Columns">Its columns in the order of the file.</param>
/// <param name="Profile">What they hold.</param>
/// <param name="RowsPerChunk">How many rows each chunk but the last holds.</param>
/// <param name="ChunkSha256">Of each chunk as stored, in hex, in order.</param>
public sealed record DatasetManifest(
    IReadOnlyList<DatasetColumn> Columns, DatasetProfile Profile, int RowsPerChunk, IReadOnlyList<string> ChunkSha256)
{
    /// <summary>The columns that detectors learn from, given the label.</summary>
    public IReadOnlyList<string> FeatureNames(string? label) =>
        [.. Columns
            .Where(column => column.Type is ColumnType.Float64 or ColumnType.Int64 or ColumnType.Boolean && column.Name != label)
            .Select(column => column.Name)];

    /// <summary>The columns that a model learns from when its cells are prepared in a way, given the label.</summary>
    internal IReadOnlyList<string> InputNames(string? label, PreprocessingOptions options) =>
        [.. Profile.Columns.Where(column => column.Name != label && Preprocessing.WhyLeftOut(column, Profile.RowCount, options) is null)
            .Select(column => column.Name)];

    /// <summary>Where a column stands.</summary>
    /// <exception cref="InvalidDataException">There is no such column.</exception>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == name)
            {
                return i;
            }
        }

        throw new InvalidDataException($"There is no column '{name}'.");
    }
}

/// <summary>Every chunk was read back and is what was stored.</summary>
public sealed record DatasetVerified(DateTimeOffset VerifiedAt) : IDomainEvent;

/// <summary>The stored rows are not what was uploaded.</summary>
public sealed record DatasetRejected(string Reason, DateTimeOffset RejectedAt) : IDomainEvent;

/// <summary>It was looked at whether the data set is fit to learn from.</summary>
/// <param name="ValidationId">The validation's id.</param>
/// <param name="StrictMode">Whether a check passed only without a finding.</param>
/// <param name="QualityThreshold">The score from which a check passed.</param>
/// <param name="Checks">What each check gave.</param>
/// <param name="Recommendations">What would make the data fitter.</param>
/// <param name="ValidatedAt">When.</param>
public sealed record DatasetValidated(
    string ValidationId,
    bool StrictMode,
    double QualityThreshold,
    IReadOnlyDictionary<string, CheckOutcome> Checks,
    IReadOnlyList<string> Recommendations,
    DateTimeOffset ValidatedAt) : IDomainEvent;

/// <summary>What a check gave; the score from 0 to 1.</summary>
public sealed record CheckOutcome(bool Passed, double Score, string Details);

/// <summary>The data set was deleted; its rows are gone, its history stays.</summary>
public sealed record DatasetDeleted(DateTimeOffset DeletedAt) : IDomainEvent;
