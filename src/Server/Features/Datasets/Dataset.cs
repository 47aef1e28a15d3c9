using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>A table of rows that detectors learn from and judge.</summary>
public sealed record Dataset(string Id, DatasetUploaded? Upload, string Status, string? Failure, DateTimeOffset UpdatedAt, bool Deleted)
    : Aggregate, IAggregate<Dataset>
{
    /// <summary>Its rows are stored and are being read back.</summary>
    public const string Processing = "processing";

    /// <summary>It can be used.</summary>
    public const string Valid = "valid";

    /// <summary>Its rows are damaged.</summary>
    public const string Invalid = "invalid";

    /// <inheritdoc/>
    public static string StreamType => "dataset";

    /// <inheritdoc/>
    public static Dataset Initial { get; } = new(string.Empty, null, string.Empty, null, default, false);

    /// <summary>The upload, of a data set that is known to exist.</summary>
    internal DatasetUploaded Uploaded => Upload ?? throw new InvalidOperationException("The data set does not exist.");

    public Dataset Apply(DatasetUploaded e) => new(e.Id, e, Processing, null, e.UploadedAt, false);

    public Dataset Apply(DatasetVerified e) => this with { Status = Valid, UpdatedAt = e.VerifiedAt };

    public Dataset Apply(DatasetRejected e) => this with { Status = Invalid, Failure = e.Reason, UpdatedAt = e.RejectedAt };

    public Dataset Apply(DatasetValidated e) => this;

    public Dataset Apply(DatasetDeleted e) => this with { Deleted = true, UpdatedAt = e.DeletedAt };

    /// <summary>Takes an upload in.</summary>
    public static IReadOnlyList<IDomainEvent> Take(Dataset state, DatasetUploaded upload) => state.Upload is null ? [upload] : [];

    /// <summary>Says what reading the chunks back showed.</summary>
    public static IReadOnlyList<IDomainEvent> Verify(Dataset state, string? damage, DateTimeOffset now) =>
        state is { Status: Processing, Deleted: false }
            ? [damage is null ? new DatasetVerified(now) : new DatasetRejected(damage, now)] : [];

    /// <summary>Notes a validation.</summary>
    public static IReadOnlyList<IDomainEvent> Note(Dataset state, string id, DatasetValidated validated) =>
        state is { Upload: not null, Deleted: false } ? [validated] : throw Problem.NotFound("dataset", id);

    /// <summary>Deletes it.</summary>
    public static IReadOnlyList<IDomainEvent> Delete(Dataset state, string id, DateTimeOffset now) =>
        state is { Upload: not null, Deleted: false } ? [new DatasetDeleted(now)] : throw Problem.NotFound("dataset", id);
}
