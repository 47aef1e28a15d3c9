using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary><c>POST /api/v1/detectors/{detector_id}/batch-detect</c> (000).</summary>
internal static class BatchDetect
{
    public sealed record Request(
        string DatasetId, int? BatchSize = null, bool Async = true, int? ParallelJobs = null, double? Threshold = null, string? OutputFormat = null,
        bool ReturnExplanations = false);

    public static async Task<IResult> Handle(HttpContext http, string detectorId, BatchService service, BatchQueries queries)
    {
        var request = await Body.Read<Request>(http);
        var wish = new BatchSubmission(request.BatchSize, request.ParallelJobs, request.Threshold, true, request.ReturnExplanations, request.OutputFormat);
        return await BatchStart.Of(http, service, queries, detectorId, request.DatasetId, wish, "batch_size", string.Empty, later: request.Async);
    }
}

/// <summary><c>POST /api/v1/batch/submit</c> (000).</summary>
internal static class SubmitBatch
{
    public sealed record Request(string JobType, string DetectorId, string DatasetId, Parameters? Parameters = null);

    public sealed record Parameters(
        int? BatchSize = null, int? ParallelJobs = null, double? Threshold = null, string? OutputFormat = null, bool ReturnScores = true, bool ReturnExplanations = false);

    public static async Task<IResult> Handle(HttpContext http, BatchService service, BatchQueries queries)
    {
        var request = await Body.Read<Request>(http);
        if (request.JobType != "detection")
        {
            throw Problem.Invalid("job_type", "detection", request.JobType);
        }

        var given = request.Parameters ?? new Parameters();
        var wish = new BatchSubmission(given.BatchSize, given.ParallelJobs, given.Threshold, given.ReturnScores, given.ReturnExplanations, given.OutputFormat);
        return await BatchStart.Of(http, service, queries, request.DetectorId, request.DatasetId, wish, "batch_size", "parameters.");
    }
}

/// <summary><c>POST /v1/detect/batch</c> (002).</summary>
internal static class DetectBatch
{
    public sealed record Request(string DetectorId, string DatasetId, Options? Options = null);

    public sealed record Options(
        bool ReturnScores = true, bool ReturnExplanations = false, int? ChunkSize = null, string? OutputFormat = null, double? Threshold = null, int? ParallelJobs = null);

    public static async Task<IResult> Handle(HttpContext http, BatchService service, BatchQueries queries)
    {
        var request = await Body.Read<Request>(http);
        var given = request.Options ?? new Options();
        var wish = new BatchSubmission(given.ChunkSize, given.ParallelJobs, given.Threshold, given.ReturnScores, given.ReturnExplanations, given.OutputFormat);
        return await BatchStart.Of(http, service, queries, request.DetectorId, request.DatasetId, wish, "chunk_size", "options.");
    }
}

/// <summary>Starts a batch over a data set, in whatever words it was asked for.</summary>
internal static class BatchStart
{
    /// <param name="http">The request.</param>
    /// <param name="service">Takes it on.</param>
    /// <param name="queries">Shows it.</param>
    /// <param name="detectorId">As the caller spells it.</param>
    /// <param name="datasetId">As the caller spells it.</param>
    /// <param name="wish">What is wanted.</param>
    /// <param name="size">The caller's name for the rows of a part.</param>
    /// <param name="prefix">Where the caller's wishes stand in the body.</param>
    /// <param name="later">Whether the caller goes on before the batch has ended.</param>
    public static async Task<IResult> Of(
        HttpContext http, BatchService service, BatchQueries queries, string detectorId, string datasetId, BatchSubmission wish, string size, string prefix, bool later = true)
    {
        var batch = await service.Submit(
            http.Tenant(), ResourceId.Canonical("detector", detectorId), ResourceId.Canonical("dataset", datasetId),
            samples => wish.Validate(size, "parallel_jobs", prefix, samples), http.EventMetadata(), http.RequestAborted);
        return await BatchReply.Of(http, batch, later, queries);
    }
}

/// <summary>Answers about a batch that was just asked for.</summary>
internal static class BatchReply
{
    /// <summary>202 with the place where it reports; or, when the caller waits, 200 once it has ended.</summary>
    public static async Task<IResult> Of(HttpContext http, Batch batch, bool later, BatchQueries queries)
    {
        var id = batch.Requested.Id;
        if (!later)
        {
            return Reply.Ok(queries.Body(http, id, await queries.Ended(http.Tenant(), id, http.RequestAborted)), "Batch detection ended");
        }

        var place = http.ApiContract() == ApiContract.Reference ? $"/v1/detect/batch/{id}" : $"/api/v1/batch/jobs/{id}";
        return Reply.Accepted(place, queries.Body(http, id, batch), "Batch detection queued");
    }
}
