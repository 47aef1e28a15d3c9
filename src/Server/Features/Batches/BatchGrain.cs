using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>One batch. The work itself is a job that reports here.</summary>
internal sealed class BatchGrain(TimeProvider time) : Grain<Batch>
{
    public ValueTask<Batch> Submit(BatchRequested wanted, EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => Batch.Submit(state, wanted), ct);

    public ValueTask<Batch> Record(BatchAnswered answer, EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => Batch.Record(state, answer), ct);

    public ValueTask<Batch> Start(EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => Batch.Start(state, time.GetUtcNow()), ct);

    /// <summary>Takes a model made for this batch alone; its bytes are stored with the event.</summary>
    public ValueTask<Batch> Adopt(TrainedModel model, byte[] bytes, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Batch.Adopt(state, model), ct, [new Attachment(DetectorGrain.ModelAttachment(model.TrainingId), 0, bytes)]);

    public ValueTask<Batch> Report(int chunks, BatchTally tally, double memoryPeakMb, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Batch.Report(state, chunks, tally, memoryPeakMb, time.GetUtcNow()), ct);

    public ValueTask<Batch> Complete(double seconds, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => Batch.Complete(state, seconds, time.GetUtcNow()), ct);

    public ValueTask<Batch> Fail(string reason, EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => Batch.Fail(state, reason, time.GetUtcNow()), ct);

    public ValueTask<Batch> Cancel(EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => Batch.Cancel(state, Id.Key, time.GetUtcNow()), ct);
}
