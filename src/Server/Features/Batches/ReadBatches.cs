using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary><c>GET /api/v1/batch/jobs</c>: newest first.</summary>
internal static class ListBatches
{
    public static readonly string[] Statuses = [Batch.Queued, "started", Batch.Running, Batch.Completed, Batch.Failed, Batch.Cancelled];

    public static async Task<IResult> Handle(HttpContext http, BatchQueries queries)
    {
        var page = Paging.Of(http);
        var status = http.Text("status")?.ToLowerInvariant();
        if (status is not null && !Statuses.Contains(status))
        {
            throw Problem.Invalid("status", $"one of: {string.Join(", ", Statuses)}", status);
        }

        var (states, total) = await queries.List(
            http.Tenant(), status == "started" ? Batch.Queued : status,
            http.Text("detector_id") is { } detector ? ResourceId.Canonical("detector", detector) : null,
            http.Text("dataset_id") is { } dataset ? ResourceId.Canonical("dataset", dataset) : null, page.Limit, page.Offset, http.RequestAborted);
        return Reply.Ok(new BatchList([.. states.Select(batch => queries.Body(http, batch.Request?.Id ?? batch.Answer!.Id, batch))], page.Describe(total)));
    }
}

/// <summary><c>GET /api/v1/batch/jobs/{job_id}</c> (000), <c>GET /v1/detect/batch/{job_id}</c> (002).</summary>
internal static class GetBatch
{
    public static async Task<IResult> Handle(HttpContext http, string jobId, BatchQueries queries)
    {
        var id = ResourceId.Canonical("batch", jobId);
        return Reply.Ok(queries.Body(http, id, await queries.Get(http.Tenant(), id, http.RequestAborted)));
    }
}

/// <summary><c>POST …/{job_id}/cancel</c> and <c>DELETE …/{job_id}</c>: what is judged stays stored, no result comes of it.</summary>
internal static class CancelBatch
{
    public static async Task<IResult> Handle(HttpContext http, string jobId, Silo silo, BatchQueries queries)
    {
        var id = ResourceId.Canonical("batch", jobId);
        await queries.Get(http.Tenant(), id, http.RequestAborted);
        var batch = await silo.Grain<BatchGrain>(http.Tenant(), id).Call((grain, ct) => grain.Cancel(http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(queries.Body(http, id, batch), "Batch cancelled");
    }

    public static Task<IResult> Delete(HttpContext http, string jobId, Silo silo, BatchQueries queries) => Handle(http, jobId, silo, queries);
}

/// <summary>The capability's paths.</summary>
internal static class BatchRoutes
{
    public static void MapBatches(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/detectors/{detectorId}/batch-detect", BatchDetect.Handle)
            .Describes<BatchDetect.Request, BatchBody>("Judge a data set", StatusCodes.Status202Accepted).Needs(Access.Detect);
        routes.MapPost("/api/v1/batch/submit", SubmitBatch.Handle)
            .Describes<SubmitBatch.Request, BatchBody>("Judge a data set", StatusCodes.Status202Accepted).Needs(Access.Detect);
        routes.MapPost("/v1/detect/batch", DetectBatch.Handle)
            .Describes<DetectBatch.Request, BatchBody>("Judge a data set", StatusCodes.Status202Accepted).Needs(Access.Detect);
        routes.MapPost("/api/v1/detection/batch", BatchInputs.Handle)
            .Describes<BatchInputs.Request, BatchInputs.Response>("Judge a data set, or a list of inputs at once", StatusCodes.Status202Accepted).Needs(Access.Detect);
        routes.MapGet("/api/v1/batch/jobs", ListBatches.Handle)
            .Describes<BatchList>("List the batches, newest first").QueryPage()
            .Query("status", "Only those in a state.", RequestParameterType.Text, ListBatches.Statuses)
            .Query("detector_id", "Only those of a detector.").Query("dataset_id", "Only those of a data set.").Needs(Access.Look);
        foreach (var root in new[] { "/api/v1/batch/jobs/{jobId}", "/v1/detect/batch/{jobId}" })
        {
            routes.MapGet(root, GetBatch.Handle).Describes<BatchBody>("A batch as it stands").Needs(Access.Look);
            routes.MapDelete(root, CancelBatch.Delete).Describes<BatchBody>("Call a batch off").Needs(Access.Detect);
            routes.MapPost($"{root}/cancel", CancelBatch.Handle).Describes<BatchBody>("Call a batch off").Needs(Access.Detect);
            routes.MapGet($"{root}/output.{{format}}", GetBatchOutput.Handle)
                .Describes<string>("The output of a batch", contentTypes: [.. GetBatchOutput.ContentTypes]).Needs(Access.Look);
        }
    }
}
