using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Detection;

/// <summary>Finds detections that were done.</summary>
internal sealed class ResultViews(EventStore store)
{
    /// <summary>A result of a tenant.</summary>
    public async Task<DetectionCompleted> Get(string tenant, string id, CancellationToken ct) =>
        (await store.Snapshots.Load<DetectionResult>(new StreamKey(tenant, id), ct)).State.Completed ?? throw Problem.NotFound("result", id);

    /// <summary>The verdicts of a result.</summary>
    public async Task<Verdicts> VerdictsOf(string tenant, string id, CancellationToken ct) =>
        Verdicts.FromBytes(await store.Attachments.Get(new StreamKey(tenant, id), DetectionDesk.Output, ct)
            ?? throw new InvalidDataException($"The verdicts of {id} are missing."));

    /// <summary>A page of a tenant's results, newest first.</summary>
    public async Task<(IReadOnlyList<DetectionCompleted> Results, long Total)> List(
        string tenant, string? detectorId, DateTimeOffset? from, DateTimeOffset? to, int limit, int offset, CancellationToken ct)
    {
        var (states, total) = await store.Snapshots.List<DetectionResult>(
            tenant, "($3 = '' or snapshot->'completed'->>'detector_id' = $3) and created >= $4 and created <= $5",
            [detectorId ?? string.Empty, from ?? DateTimeOffset.UnixEpoch, to ?? DateTimeOffset.UnixEpoch.AddYears(1000)], limit, offset, ct);
        return ([.. states.Select(state => state.Completed!)], total);
    }
}

/// <summary><c>GET /api/v1/results</c>: what was detected, newest first.</summary>
internal static class ListResults
{
    public static async Task<IResult> Handle(HttpContext http, ResultViews views)
    {
        var page = Paging.Of(http);
        var (results, total) = await views.List(
            http.Tenant(), http.Text("detector_id") is { } id ? ResourceId.Canonical("detector", id) : null, http.Time("start_time"), http.Time("end_time"),
            page.Limit, page.Offset, http.RequestAborted);
        return Reply.Ok(new
        {
            Results = results.Select(result => new { result.Id, result.DetectorId, result.DatasetId, Timestamp = result.CompletedAt, Summary = new ResultSummary(result) }).ToArray(),
            Pagination = page.Describe(total),
        });
    }
}

/// <summary><c>GET /api/v1/results/{result_id}</c>: one result with every verdict.</summary>
internal static class GetResult
{
    public static async Task<IResult> Handle(HttpContext http, string resultId, ResultViews views)
    {
        var id = ResourceId.Canonical("result", resultId);
        var result = await views.Get(http.Tenant(), id, http.RequestAborted);
        var verdicts = await views.VerdictsOf(http.Tenant(), id, http.RequestAborted);
        return Reply.Ok(new
        {
            result.Id, result.DetectorId, result.DatasetId, Timestamp = result.CompletedAt, result.ModelVersion, result.ModelSha256, result.CodeVersion,
            result.Threshold,
            Predictions = Enumerable.Range(0, verdicts.Scores.Length).Select(i => new
            {
                Index = i, IsAnomaly = verdicts.IsAnomaly(i, result.Threshold), AnomalyScore = verdicts.Scores[i], Confidence = verdicts.Confidences[i],
            }).ToArray(),
            Summary = new ResultSummary(result),
            ExecutionTime = result.Cost.Seconds,
            ResourceUsage = new { CpuTime = result.Cost.CpuSeconds, MemoryPeak = result.Cost.MemoryMb, DiskIo = result.Cost.StoredMb },
        });
    }
}

/// <summary>The summary of a result with its quality, where labels tell it.</summary>
internal sealed record ResultSummary(
    long TotalSamples, long AnomaliesDetected, double AnomalyRate, double AverageConfidence, double? Accuracy, double? Precision, double? Recall, double? F1Score)
{
    public ResultSummary(DetectionCompleted result)
        : this(
            result.Summary.TotalSamples, result.Summary.AnomaliesDetected, result.Summary.AnomalyRate, result.Summary.AverageConfidence,
            result.Quality.Accuracy, result.Quality.Precision, result.Quality.Recall, result.Quality.F1Score)
    {
    }
}

/// <summary>The capability's paths.</summary>
internal static class DetectionRoutes
{
    public static void MapDetection(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/detectors/{detectorId}/detect", DetectWithDetector.Handle);
        routes.MapPost("/v1/detect", Detect.Handle);
        routes.MapGet("/api/v1/results", ListResults.Handle);
        routes.MapGet("/api/v1/results/{resultId}", GetResult.Handle);
    }
}
