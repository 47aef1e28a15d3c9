using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>One data set.</summary>
internal sealed class DatasetGrain(
    AggregateStore aggregates, BackgroundWork work, BulkStore bulk, DatasetVerification verification, TimeProvider time,
    ILogger<DatasetGrain> logger)
    : WorkingGrain<Dataset>(aggregates, work, logger), IDatasetGrain
{
    public Task<long> Take(DatasetUploaded upload, CancellationToken ct) =>
        Raise(state => Dataset.Take(state, upload), ct);

    public Task<long> Verify(string? damage, CancellationToken ct) =>
        Raise(state => Dataset.Verify(state, damage, time.GetUtcNow()), ct);

    public Task<long> Note(DatasetValidated validated, CancellationToken ct) =>
        Raise(state => Dataset.Note(state, StreamId, validated), ct);

    public async Task<long> Delete(CancellationToken ct)
    {
        var version = await Raise(state => Dataset.Delete(state, StreamId, time.GetUtcNow()), ct);
        await bulk.Delete(new StreamKey(Tenant, StreamId), ct);
        return version;
    }

    /// <inheritdoc/>
    protected override bool NeedsWork(Dataset state) => state is { Upload: not null, Deleted: false, Status: Dataset.Processing };

    /// <inheritdoc/>
    protected override Task Work(string tenant, Dataset state, CancellationToken ct) => verification.Run(tenant, state.Uploaded, ct);
}
