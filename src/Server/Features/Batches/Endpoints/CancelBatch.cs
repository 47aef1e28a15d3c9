using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>Calls a batch off: what is judged stays stored, no result comes of it.</summary>
internal sealed class CancelBatch(IGrainFactory grains, BatchQueries queries) : Endpoint<CancelBatch.Request, BatchBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string JobId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/batch/jobs/{job_id}/cancel", "/v1/detect/batch/{job_id}/cancel");
        this.Needs(Access.Detect);
        this.Answers("Batch cancelled");
        Summary(s => s.Summary = "Call a batch off");
    }

    public override Task<BatchBody> ExecuteAsync(Request request, CancellationToken ct) =>
        Cancel(HttpContext, ResourceId.Canonical("batch", request.JobId), grains, queries);

    /// <summary>Calls a batch off.</summary>
    public static async Task<BatchBody> Cancel(HttpContext http, string id, IGrainFactory grains, BatchQueries queries)
    {
        await queries.Get(http.Tenant(), id, http.RequestAborted);
        await grains.Of<IBatchGrain>(http.Tenant(), id).Cancel(http.RequestAborted);
        return queries.Body(http, id, await queries.Get(http.Tenant(), id, http.RequestAborted));
    }
}
