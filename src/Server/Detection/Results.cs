using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.OpenApi;
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
        return Reply.Ok(new Response(
            [.. results.Select(result => new Item(result.Id, result.DetectorId, result.DatasetId, result.CompletedAt, new ResultSummary(result)))], page.Describe(total)));
    }

    public sealed record Item(string Id, string DetectorId, string? DatasetId, DateTimeOffset Timestamp, ResultSummary Summary);

    public sealed record Response(IReadOnlyList<Item> Results, Pagination Pagination);
}

/// <summary><c>GET /api/v1/results/{result_id}</c>: one result with every verdict.</summary>
internal static class GetResult
{
    public static async Task<IResult> Handle(HttpContext http, string resultId, ResultViews views)
    {
        var id = ResourceId.Canonical("result", resultId);
        var result = await views.Get(http.Tenant(), id, http.RequestAborted);
        var verdicts = await views.VerdictsOf(http.Tenant(), id, http.RequestAborted);
        return Reply.Ok(new Response(
            result.Id, result.DetectorId, result.DatasetId, result.CompletedAt, result.ModelVersion, result.ModelSha256, result.CodeVersion, result.Threshold,
            [.. Enumerable.Range(0, verdicts.Scores.Length)
                .Select(i => new Verdict(i, verdicts.IsAnomaly(i, result.Threshold), verdicts.Scores[i], verdicts.Confidences[i]))],
            new ResultSummary(result), result.Cost.Seconds, new Resources(result.Cost.CpuSeconds, result.Cost.MemoryMb, result.Cost.StoredMb)));
    }

    public sealed record Verdict(int Index, bool IsAnomaly, double AnomalyScore, double Confidence);

    /// <summary>What a detection took: seconds, MB, MB.</summary>
    public sealed record Resources(double CpuTime, double MemoryPeak, double DiskIo);

    /// <summary>A result; its execution time in seconds.</summary>
    public sealed record Response(
        string Id, string DetectorId, string? DatasetId, DateTimeOffset Timestamp, int ModelVersion, string ModelSha256, string CodeVersion, double Threshold,
        IReadOnlyList<Verdict> Predictions, ResultSummary Summary, double ExecutionTime, Resources ResourceUsage);
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
        routes.MapPost("/api/v1/detectors/{detectorId}/detect", DetectWithDetector.Handle)
            .Describes<DetectWithDetector.Request, DetectWithDetector.Response>("Judge rows with a detector").Needs(Access.Detect);
        routes.MapPost("/v1/detect", Detect.Handle).Describes<Detect.Request, Detect.Response>("Judge rows with a detector").Needs(Access.Detect);
        routes.MapGet("/api/v1/results", ListResults.Handle)
            .Describes<ListResults.Response>("List what was detected, newest first").QueryPage().QueryTimes().Query("detector_id", "Only those of a detector.").Needs(Access.Look);
        routes.MapGet("/api/v1/results/{resultId}", GetResult.Handle).Describes<GetResult.Response>("A result with every verdict").Needs(Access.Look);
    }
}
