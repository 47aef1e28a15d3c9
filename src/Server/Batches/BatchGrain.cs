using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Detectors;

namespace EventSourcedAnomaly.Server.Batches;

/// <summary>One batch. The work itself is a job that reports here.</summary>
internal sealed class BatchGrain(TimeProvider time) : Grain<Batch>
{
    public ValueTask<Batch> Ask(BatchRequested wanted, Origin origin, CancellationToken ct) => Raise(origin, state => Batch.Ask(state, wanted), ct);

    public ValueTask<Batch> Record(BatchAnswered answer, Origin origin, CancellationToken ct) => Raise(origin, state => Batch.Record(state, answer), ct);

    public ValueTask<Batch> Start(Origin origin, CancellationToken ct) => Raise(origin, state => Batch.Start(state, time.GetUtcNow()), ct);

    /// <summary>Takes a model made for this batch alone; its bytes are stored with the event.</summary>
    public ValueTask<Batch> Adopt(TrainedModel model, byte[] bytes, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Batch.Adopt(state, model), ct, [new Attachment(DetectorGrain.ModelAttachment(model.TrainingId), 0, bytes)]);

    public ValueTask<Batch> Report(int chunks, BatchTally tally, double memoryPeakMb, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Batch.Report(state, chunks, tally, memoryPeakMb, time.GetUtcNow()), ct);

    public ValueTask<Batch> Complete(double seconds, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Batch.Complete(state, seconds, time.GetUtcNow()), ct);

    public ValueTask<Batch> Fail(string reason, Origin origin, CancellationToken ct) => Raise(origin, state => Batch.Fail(state, reason, time.GetUtcNow()), ct);

    public ValueTask<Batch> Cancel(Origin origin, CancellationToken ct) => Raise(origin, state => Batch.Cancel(state, Id.Key, time.GetUtcNow()), ct);
}
