using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints.Endpoints;

/// <summary>Deletes a checkpoint: it is gone at once, its bytes right after.</summary>
internal sealed class DeleteCheckpoint(CheckpointBytes bytes, IGrainFactory grains) : Endpoint<DeleteCheckpoint.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string CheckpointId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/checkpoints/{checkpoint_id}");
        this.Needs(Access.Build);
        Summary(s => s.Summary = "Delete a checkpoint");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var (session, checkpoint) = await bytes.Find(http.Tenant(), ResourceId.Canonical("ckpt", request.CheckpointId),
            http.RequestAborted);
        await grains.Of<ITrainingSessionGrain>(http.Tenant(), session.Made.Id).RemoveCheckpoint(checkpoint.Id, http.RequestAborted);
        return new Confirmation("Checkpoint deleted successfully");
    }
}
