using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary><c>DELETE /api/v1/checkpoints/{checkpoint_id}</c>: it is gone at once, its bytes right after.</summary>
internal static class DeleteCheckpoint
{
    public static async Task<IResult> Handle(HttpContext http, string checkpointId, CheckpointBytes bytes, Silo silo)
    {
        var (session, checkpoint) = await bytes.Find(http.Tenant(), ResourceId.Canonical("ckpt", checkpointId), http.RequestAborted);
        await silo.Grain<TrainingSessionGrain>(http.Tenant(), session.Made.Id)
            .Call((grain, ct) => grain.RemoveCheckpoint(checkpoint.Id, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(new Confirmation("Checkpoint deleted successfully"));
    }
}
