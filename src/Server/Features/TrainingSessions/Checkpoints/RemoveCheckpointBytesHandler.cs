using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>Asks for the bytes of a checkpoint that is no longer kept to be removed.</summary>
/// <param name="Tenant">Whose checkpoint.</param>
/// <param name="SessionId">The session.</param>
/// <param name="CheckpointId">The checkpoint.</param>
public sealed record RemoveCheckpointBytes(string Tenant, string SessionId, string CheckpointId);

/// <summary>Removes them; what is removed already is a no-op.</summary>
public static class RemoveCheckpointBytesHandler
{
    /// <summary>Handles the message.</summary>
    public static Task Handle(RemoveCheckpointBytes message, IGrainFactory grains, CancellationToken ct) =>
        grains.Of<ITrainingSessionGrain>(message.Tenant, message.SessionId).RemoveCheckpointBytes(message.CheckpointId, ct);
}
