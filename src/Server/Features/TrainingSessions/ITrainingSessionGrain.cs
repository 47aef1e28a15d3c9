using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>One training session. The epochs are trained by a job that reports here, or by somebody else's program.</summary>
[Alias("esa.TrainingSession")]
public interface ITrainingSessionGrain : IResumable
{
    [Alias("Create")]
    Task<long> Create(TrainingSessionCreated wanted, CancellationToken ct);

    [Alias("Start")]
    Task<long> Start(bool onlyResume, CancellationToken ct);

    [Alias("Stop")]
    Task<long> Stop(CancellationToken ct);

    /// <summary>Takes an epoch; the state to go on from is stored in the same commit.</summary>
    [Alias("EndEpoch")]
    Task<long> EndEpoch(TrainingSessionEpochEnded ended, Immutable<byte[]> resumable, CheckpointSaved? checkpoint, CancellationToken ct);

    /// <summary>Takes a checkpoint whose bytes are stored.</summary>
    [Alias("SaveCheckpoint")]
    Task<long> SaveCheckpoint(CheckpointSaved wanted, CancellationToken ct);

    /// <summary>Lets a checkpoint go.</summary>
    [Alias("RemoveCheckpoint")]
    Task<long> RemoveCheckpoint(string checkpointId, CancellationToken ct);

    /// <summary>Removes the bytes of a checkpoint that is no longer kept.</summary>
    [Alias("RemoveCheckpointBytes")]
    Task RemoveCheckpointBytes(string checkpointId, CancellationToken ct);

    [Alias("Record")]
    Task<long> Record(TrainingSessionMetricsRecorded recorded, CancellationToken ct);

    /// <summary>Ends the server's own training with a model.</summary>
    [Alias("Complete")]
    Task<long> Complete(int run, Immutable<byte[]> model, CancellationToken ct);

    /// <summary>Ends a training that somebody else's program reports of.</summary>
    [Alias("Finish")]
    Task<long> Finish(string? failure, CancellationToken ct);

    [Alias("Fail")]
    Task<long> Fail(int run, string reason, CancellationToken ct);
}
