using System.Security.Cryptography;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.TrainingSessions.Checkpoints;

namespace EventSourcedAnomaly.Server.TrainingSessions;

/// <summary>One training session. The epochs are trained by a job that reports here, or by somebody else's program.</summary>
internal sealed class TrainingRunGrain(TimeProvider time) : Grain<TrainingRun>
{
    /// <summary>Under which name the state after the last epoch lies beside the stream.</summary>
    public const string StateAttachment = "state";

    /// <summary>Under which name the fitted model lies beside the stream.</summary>
    public const string ModelAttachment = "model";

    public ValueTask<TrainingRun> Create(TrainingSessionCreated wanted, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingRun.Create(state, wanted), ct);

    public ValueTask<TrainingRun> Start(bool onlyResume, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingRun.Start(state, Id.Key, onlyResume, time.GetUtcNow()), ct);

    public ValueTask<TrainingRun> Stop(Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingRun.Stop(state, Id.Key, time.GetUtcNow()), ct);

    /// <summary>Takes an epoch; the state to go on from is stored in the same commit.</summary>
    public ValueTask<TrainingRun> EndEpoch(TrainingSessionEpochEnded ended, byte[] resumable, CheckpointSaved? checkpoint, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingRun.EndEpoch(state, ended, checkpoint), ct, [new Attachment(StateAttachment, 0, resumable)]);

    /// <summary>Takes a checkpoint whose bytes are stored.</summary>
    public ValueTask<TrainingRun> SaveCheckpoint(CheckpointSaved wanted, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingRun.SaveCheckpoint(state, Id.Key, wanted), ct);

    /// <summary>Lets a checkpoint go.</summary>
    public ValueTask<TrainingRun> RemoveCheckpoint(string checkpointId, Origin origin, CancellationToken ct) =>
        Raise(origin, state => state.Checkpoints.Remove(checkpointId, time.GetUtcNow()), ct);

    public ValueTask<TrainingRun> Record(TrainingSessionMetricsRecorded recorded, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingRun.Record(state, Id.Key, recorded), ct);

    /// <summary>Ends the server's own training with a model.</summary>
    public ValueTask<TrainingRun> Complete(int run, byte[] model, Origin origin, CancellationToken ct)
    {
        var completed = new TrainingSessionCompleted(Convert.ToHexStringLower(SHA256.HashData(model)), time.GetUtcNow());
        return Raise(origin, state => TrainingRun.Complete(state, run, completed), ct, [new Attachment(ModelAttachment, 0, model)]);
    }

    /// <summary>Ends a training that somebody else's program reports of.</summary>
    public ValueTask<TrainingRun> Finish(string? failure, Origin origin, CancellationToken ct) => Raise(
        origin,
        state =>
        {
            TrainingRun.RequireReports(state, Id.Key);
            return failure is null
                ? TrainingRun.Complete(state, state.Run, new TrainingSessionCompleted(null, time.GetUtcNow()))
                : TrainingRun.Fail(state, state.Run, failure, time.GetUtcNow());
        },
        ct);

    public ValueTask<TrainingRun> Fail(int run, string reason, Origin origin, CancellationToken ct) =>
        Raise(origin, state => TrainingRun.Fail(state, run, reason, time.GetUtcNow()), ct);
}
