using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>One training. The work itself is a job that reports here.</summary>
internal sealed class ModelTrainingGrain(TimeProvider time) : Grain<ModelTraining>
{
    public ValueTask<ModelTraining> Submit(TrainingRequested wanted, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ModelTraining.Submit(state, wanted), ct);

    public ValueTask<ModelTraining> Start(EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ModelTraining.Start(state, time.GetUtcNow()), ct);

    public ValueTask<ModelTraining> Report(double progress, string step, ClassificationMetrics metrics, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ModelTraining.Report(state, progress, step, metrics, time.GetUtcNow()), ct);

    public ValueTask<ModelTraining> Complete(TrainingCompleted result, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ModelTraining.Complete(state, result), ct);

    public ValueTask<ModelTraining> Fail(string reason, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ModelTraining.Fail(state, reason, time.GetUtcNow()), ct);

    public ValueTask<ModelTraining> Cancel(EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ModelTraining.Cancel(state, Id.Key, time.GetUtcNow()), ct);
}
