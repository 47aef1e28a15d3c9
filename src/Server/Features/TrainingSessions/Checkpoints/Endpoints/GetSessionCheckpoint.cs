using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints.Endpoints;

/// <summary>Shows a checkpoint.</summary>
internal sealed class GetSessionCheckpoint(CheckpointBytes bytes) : Endpoint<GetSessionCheckpoint.Request, CheckpointBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string CheckpointId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/checkpoints/{checkpoint_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A checkpoint");
    }

    public override async Task<CheckpointBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (session, checkpoint) = await bytes.Find(HttpContext.Tenant(), ResourceId.Canonical("ckpt", request.CheckpointId), ct);
        return CheckpointQueries.Body(session, checkpoint);
    }
}
