using System.Security.Cryptography;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>One training session. The epochs are trained by a job that reports here, or by somebody else's program.</summary>
internal sealed class TrainingSessionGrain(TimeProvider time) : Grain<TrainingSession>
{
    /// <summary>Under which name the state after the last epoch lies beside the stream.</summary>
    public const string StateAttachment = "state";

    /// <summary>Under which name the fitted model lies beside the stream.</summary>
    public const string ModelAttachment = "model";

    public ValueTask<TrainingSession> Create(TrainingSessionCreated wanted, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => TrainingSession.Create(state, wanted), ct);

    public ValueTask<TrainingSession> Start(bool onlyResume, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => TrainingSession.Start(state, Id.Key, onlyResume, time.GetUtcNow()), ct);

    public ValueTask<TrainingSession> Stop(EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => TrainingSession.Stop(state, Id.Key, time.GetUtcNow()), ct);

    /// <summary>Takes an epoch; the state to go on from is stored in the same commit.</summary>
    public ValueTask<TrainingSession> EndEpoch(TrainingSessionEpochEnded ended, byte[] resumable, CheckpointSaved? checkpoint, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => TrainingSession.EndEpoch(state, ended, checkpoint), ct, [new Attachment(StateAttachment, 0, resumable)]);

    /// <summary>Takes a checkpoint whose bytes are stored.</summary>
    public ValueTask<TrainingSession> SaveCheckpoint(CheckpointSaved wanted, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => TrainingSession.SaveCheckpoint(state, Id.Key, wanted), ct);

    /// <summary>Lets a checkpoint go.</summary>
    public ValueTask<TrainingSession> RemoveCheckpoint(string checkpointId, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => state.Checkpoints.Remove(checkpointId, time.GetUtcNow()), ct);

    public ValueTask<TrainingSession> Record(TrainingSessionMetricsRecorded recorded, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => TrainingSession.Record(state, Id.Key, recorded), ct);

    /// <summary>Ends the server's own training with a model.</summary>
    public ValueTask<TrainingSession> Complete(int run, byte[] model, EventMetadata metadata, CancellationToken ct)
    {
        var completed = new TrainingSessionCompleted(Convert.ToHexStringLower(SHA256.HashData(model)), time.GetUtcNow());
        return Raise(metadata, state => TrainingSession.Complete(state, run, completed), ct, [new Attachment(ModelAttachment, 0, model)]);
    }

    /// <summary>Ends a training that somebody else's program reports of.</summary>
    public ValueTask<TrainingSession> Finish(string? failure, EventMetadata metadata, CancellationToken ct) => Raise(
        metadata,
        state =>
        {
            TrainingSession.RequireReports(state, Id.Key);
            return failure is null
                ? TrainingSession.Complete(state, state.Run, new TrainingSessionCompleted(null, time.GetUtcNow()))
                : TrainingSession.Fail(state, state.Run, failure, time.GetUtcNow());
        },
        ct);

    public ValueTask<TrainingSession> Fail(int run, string reason, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => TrainingSession.Fail(state, run, reason, time.GetUtcNow()), ct);
}
