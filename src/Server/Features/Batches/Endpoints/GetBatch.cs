using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Shows a batch.</summary>
internal sealed class GetBatch(BatchQueries queries) : Endpoint<GetBatch.Request, BatchBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string JobId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/batch/jobs/{job_id}", "/v1/detect/batch/{job_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A batch as it stands");
    }

    public override async Task<BatchBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var id = ResourceId.Canonical("batch", request.JobId);
        return queries.Body(HttpContext, id, await queries.Get(HttpContext.Tenant(), id, ct));
    }
}
