using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <inheritdoc cref="IBatchGrain"/>
internal sealed class BatchGrain(AggregateStore aggregates, BackgroundWork work, BatchWork batches, TimeProvider time,
    ILogger<BatchGrain> logger)
    : WorkingGrain<Batch>(aggregates, work, logger), IBatchGrain
{
    /// <inheritdoc/>
    public Task<long> Submit(BatchRequested requested, CancellationToken ct) => Raise(state => Batch.Submit(state, requested), ct);

    /// <inheritdoc/>
    public Task<long> Record(BatchAnswered answer, CancellationToken ct) => Raise(state => Batch.Record(state, answer), ct);

    /// <inheritdoc/>
    public Task<long> Start(CancellationToken ct) => Raise(state => Batch.Start(state, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public Task<long> Adopt(TrainedModel model, Immutable<byte[]> bytes, CancellationToken ct) =>
        Raise(state => Batch.Adopt(state, model), ct, [new BulkBytes(Detector.ModelBytes(model.TrainingId), 0, bytes.Value)]);

    /// <inheritdoc/>
    public Task<long> Report(int chunks, BatchTally tally, double memoryPeakMb, CancellationToken ct) =>
        Raise(state => Batch.Report(state, chunks, tally, memoryPeakMb, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public Task<long> Complete(double seconds, CancellationToken ct) =>
        Raise(state => Batch.Complete(state, seconds, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public Task<long> Fail(string reason, CancellationToken ct) => Raise(state => Batch.Fail(state, reason, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public Task<long> Cancel(CancellationToken ct) => Raise(state => Batch.Cancel(state, StreamId, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    protected override bool NeedsWork(Batch state) => state is { Request: not null, Ended: false };

    /// <inheritdoc/>
    protected override Task Work(string tenant, Batch state, CancellationToken ct) => batches.Run(tenant, state, ct);
}
