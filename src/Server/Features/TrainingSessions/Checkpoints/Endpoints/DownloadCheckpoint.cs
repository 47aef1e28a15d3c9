using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using Microsoft.Net.Http.Headers;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints.Endpoints;

/// <summary>Sends the bytes of a checkpoint, or a range of them (RFC 9110, 14).</summary>
internal sealed class DownloadCheckpoint(CheckpointBytes bytes) : Endpoint<DownloadCheckpoint.Request>
{
    private const string ContentType = "application/octet-stream";

    public sealed record Request
    {
        [RouteParam]
        public string CheckpointId { get; init; } = string.Empty;

        [FromHeader("Range", isRequired: false)]
        public string? Range { get; init; }

        [FromHeader("If-Range", isRequired: false)]
        public string? IfRange { get; init; }
    }

    public override void Configure()
    {
        Get("/api/v1/checkpoints/{checkpoint_id}/download");
        this.Needs(Access.Look);
        this.Streams(ContentType);
        Summary(s =>
        {
            s.Summary = "The bytes of a checkpoint";
            s.Params["Range"] = "Only these bytes.";
            s.Params["If-Range"] = "Only where the checkpoint has this ETag still; all of it otherwise.";
        });
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var tenant = HttpContext.Tenant();
        var (_, checkpoint) = await bytes.Find(tenant, ResourceId.Canonical("ckpt", request.CheckpointId), ct);
        var stream = await CheckpointStream.Open(bytes, tenant, checkpoint, ct);
        await Send.ResultAsync(TypedResults.Stream(
            stream, ContentType, checkpoint.FileName, checkpoint.SavedAt, new EntityTagHeaderValue($"\"{checkpoint.Sha256}\""),
            enableRangeProcessing: true));
    }
}
