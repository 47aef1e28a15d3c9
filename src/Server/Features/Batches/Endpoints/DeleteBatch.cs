using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Calls a batch off, by the method that the Reference contract names for it.</summary>
internal sealed class DeleteBatch(IGrainFactory grains, BatchQueries queries) : Endpoint<DeleteBatch.Request, BatchBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string JobId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/batch/jobs/{job_id}", "/v1/detect/batch/{job_id}");
        this.Needs(Access.Detect);
        this.Answers("Batch cancelled");
        Summary(s => s.Summary = "Call a batch off");
    }

    public override Task<BatchBody> ExecuteAsync(Request request, CancellationToken ct) =>
        CancelBatch.Cancel(HttpContext, ResourceId.Canonical("batch", request.JobId), grains, queries);
}
