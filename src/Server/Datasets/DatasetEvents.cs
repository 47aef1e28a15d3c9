using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Datasets;

/// <summary>A file was read whole and its rows were stored, column-wise, in compressed chunks beside the stream.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Description">What its owner says of it.</param>
/// <param name="Format">csv, parquet, json or ndjson.</param>
/// <param name="UploadId">The upload that brought it.</param>
/// <param name="SizeBytes">The size of the file.</param>
/// <param name="Sha256">Of the file, in hex.</param>
/// <param name="RowCount">How many rows it has.</param>
/// <param name="Columns">Its columns in the order of the file.</param>
/// <param name="LabelColumn">The column that says which rows are anomalies; never a feature.</param>
/// <param name="RowsPerChunk">How many rows each chunk but the last holds.</param>
/// <param name="ChunkSha256">Of each chunk as stored, in hex, in order.</param>
/// <param name="Profile">What the columns hold.</param>
/// <param name="UploadedAt">When.</param>
public sealed record DatasetUploaded(
    string Id,
    string Name,
    string? Description,
    string Format,
    string UploadId,
    long SizeBytes,
    string Sha256,
    long RowCount,
    IReadOnlyList<DatasetColumn> Columns,
    string? LabelColumn,
    int RowsPerChunk,
    IReadOnlyList<string> ChunkSha256,
    DatasetProfile Profile,
    DateTimeOffset UploadedAt) : IEvent;

/// <summary>Every chunk was read back and is what was stored.</summary>
public sealed record DatasetVerified(DateTimeOffset VerifiedAt) : IEvent;

/// <summary>The stored rows are not what was uploaded.</summary>
public sealed record DatasetRejected(string Reason, DateTimeOffset RejectedAt) : IEvent;

/// <summary>The data set was deleted; its rows are gone, its history stays.</summary>
public sealed record DatasetDeleted(DateTimeOffset DeletedAt) : IEvent;
