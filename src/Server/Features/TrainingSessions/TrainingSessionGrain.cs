using System.Security.Cryptography;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>One training session. The epochs are trained by a job that reports here, or by somebody else's program.</summary>
internal sealed class TrainingSessionGrain(
    AggregateStore aggregates, BackgroundWork work, EpochWork epochs, CheckpointBytes checkpoints, TimeProvider time,
    ILogger<TrainingSessionGrain> logger)
    : WorkingGrain<TrainingSession>(aggregates, work, logger), ITrainingSessionGrain
{
    /// <summary>Under which name the state after the last epoch lies beside the stream.</summary>
    public const string StateAttachment = "state";

    /// <summary>Under which name the fitted model lies beside the stream.</summary>
    public const string ModelAttachment = "model";

    public Task<long> Create(TrainingSessionCreated wanted, CancellationToken ct) =>
        Raise(state => TrainingSession.Create(state, wanted), ct);

    public Task<long> Start(bool onlyResume, CancellationToken ct) =>
        Raise(state => TrainingSession.Start(state, StreamId, onlyResume, time.GetUtcNow()), ct);

    public Task<long> Stop(CancellationToken ct) =>
        Raise(state => TrainingSession.Stop(state, StreamId, time.GetUtcNow()), ct);

    /// <summary>Takes an epoch; the state to go on from is stored in the same commit.</summary>
    public Task<long> EndEpoch(TrainingSessionEpochEnded ended, Immutable<byte[]> resumable,
        CheckpointSaved? checkpoint, CancellationToken ct) =>
        Raise(state => TrainingSession.EndEpoch(state, ended, checkpoint), ct, [new BulkBytes(StateAttachment, 0, resumable.Value)]);

    /// <summary>Takes a checkpoint whose bytes are stored.</summary>
    public Task<long> SaveCheckpoint(CheckpointSaved wanted, CancellationToken ct) =>
        Raise(state => TrainingSession.SaveCheckpoint(state, StreamId, wanted), ct);

    /// <summary>Lets a checkpoint go.</summary>
    public Task<long> RemoveCheckpoint(string checkpointId, CancellationToken ct) =>
        Raise(state => state.Checkpoints.Remove(checkpointId, time.GetUtcNow()), ct);

    public Task RemoveCheckpointBytes(string checkpointId, CancellationToken ct) => checkpoints.Delete(Tenant, checkpointId, ct);

    public Task<long> Record(TrainingSessionMetricsRecorded recorded, CancellationToken ct) =>
        Raise(state => TrainingSession.Record(state, StreamId, recorded), ct);

    /// <summary>Ends the server's own training with a model.</summary>
    public Task<long> Complete(int run, Immutable<byte[]> model, CancellationToken ct)
    {
        var completed = new TrainingSessionCompleted(Convert.ToHexStringLower(SHA256.HashData(model.Value)), time.GetUtcNow());
        return Raise(state => TrainingSession.Complete(state, run, completed), ct, [new BulkBytes(ModelAttachment, 0, model.Value)]);
    }

    /// <summary>Ends a training that somebody else's program reports of.</summary>
    public Task<long> Finish(string? failure, CancellationToken ct) => Raise(
        state =>
        {
            TrainingSession.RequireReports(state, StreamId);
            return failure is null
                ? TrainingSession.Complete(state, state.Run, new TrainingSessionCompleted(null, time.GetUtcNow()))
                : TrainingSession.Fail(state, state.Run, failure, time.GetUtcNow());
        },
        ct);

    public Task<long> Fail(int run, string reason, CancellationToken ct) =>
        Raise(state => TrainingSession.Fail(state, run, reason, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    protected override bool NeedsWork(TrainingSession state) => state is { Status: TrainingSession.Running, TrainsHere: true };

    /// <inheritdoc/>
    protected override Task Work(string tenant, TrainingSession state, CancellationToken ct) => epochs.Run(tenant, state, ct);
}
