using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Detectors;

namespace EventSourcedAnomaly.Server.Training;

/// <summary>One training. The work itself is a job that reports here.</summary>
internal sealed class TrainingGrain(TimeProvider time) : Grain<TrainingSession>
{
    public ValueTask<TrainingSession> Ask(TrainingRequested wanted, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingSession.Ask(state, wanted), ct);

    public ValueTask<TrainingSession> Start(Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingSession.Start(state, time.GetUtcNow()), ct);

    public ValueTask<TrainingSession> Report(double progress, string step, QualityFigures metrics, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingSession.Report(state, progress, step, metrics, time.GetUtcNow()), ct);

    public ValueTask<TrainingSession> Complete(TrainingCompleted result, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingSession.Complete(state, result), ct);

    public ValueTask<TrainingSession> Fail(string reason, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingSession.Fail(state, reason, time.GetUtcNow()), ct);

    public ValueTask<TrainingSession> Cancel(Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingSession.Cancel(state, Id.Key, time.GetUtcNow()), ct);
}
