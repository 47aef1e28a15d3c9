using System.Runtime.CompilerServices;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Finds detections that were done.</summary>
internal sealed class ResultQueries(EventStore store)
{
    /// <summary>A result of a tenant.</summary>
    public async Task<DetectionCompleted> Get(string tenant, string id, CancellationToken ct) =>
        (await store.Snapshots.Load<DetectionResult>(new StreamKey(tenant, id), ct)).State.Completed ?? throw Problem.NotFound("result", id);

    /// <summary>The predictions of a result, some rows at a time.</summary>
    public async IAsyncEnumerable<Predictions> PredictionsOf(string tenant, DetectionCompleted result, [EnumeratorCancellation] CancellationToken ct)
    {
        var rows = 0L;
        await foreach (var part in store.Attachments.Parts(new StreamKey(tenant, result.PredictionsStream), DetectionRecord.Output, ct))
        {
            var predictions = Predictions.FromBytes(part);
            rows += predictions.Scores.Length;
            yield return predictions;
        }

        if (rows != result.Summary.TotalSamples)
        {
            throw new InvalidDataException($"Of the {result.Summary.TotalSamples} predictions of {result.Id} {rows} are stored.");
        }
    }

    /// <summary>A page of a tenant's results, newest first.</summary>
    public async Task<(IReadOnlyList<DetectionCompleted> Results, long Total)> List(string tenant, ResultFilter filter, int limit, int offset, CancellationToken ct)
    {
        var (states, total) = await store.Snapshots.List<DetectionResult>(
            tenant,
            """
            ($3 = '' or snapshot->'completed'->>'detector_id' = $3) and created >= $4 and created <= $5
            and ($6 = '' or snapshot->'completed'->>'dataset_id' = $6)
            and (snapshot->'completed'->'summary'->>'anomalies_detected')::bigint >= $7
            and ($8 < 0 or sign((snapshot->'completed'->'summary'->>'anomalies_detected')::bigint)::int = $8)
            """,
            [
                filter.DetectorId ?? string.Empty, filter.From ?? DateTimeOffset.UnixEpoch, filter.To ?? DateTimeOffset.UnixEpoch.AddYears(1000),
                filter.DatasetId ?? string.Empty, filter.AnomaliesAtLeast, filter.WithAnomalies switch { null => -1, true => 1, false => 0 },
            ],
            limit, offset, ct);
        return ([.. states.Select(state => state.Completed!)], total);
    }
}

/// <summary>Which results are wanted; what is null does not matter.</summary>
internal sealed record ResultFilter(
    string? DetectorId = null, string? DatasetId = null, DateTimeOffset? From = null, DateTimeOffset? To = null, long AnomaliesAtLeast = 0, bool? WithAnomalies = null)
{
    public static ResultFilter Of(HttpContext http)
    {
        var (from, to) = (http.Time("start_time"), http.Time("end_time"));
        if (from > to)
        {
            throw Problem.Invalid("end_time", "a time at or after start_time", http.Text("end_time"));
        }

        return new ResultFilter(
            http.Text("detector_id") is { } detector ? ResourceId.Canonical("detector", detector) : null,
            http.Text("dataset_id") is { } dataset ? ResourceId.Canonical("dataset", dataset) : null, from, to,
            http.WholeOrNull("min_anomalies", 0, long.MaxValue) ?? 0, http.Text("has_anomalies") is null ? null : http.Flag("has_anomalies", true));
    }
}

/// <summary><c>GET /api/v1/results</c>: what was detected, newest first.</summary>
internal static class ListResults
{
    public static async Task<IResult> Handle(HttpContext http, ResultQueries queries)
    {
        var page = Paging.Of(http);
        var (results, total) = await queries.List(
            http.Tenant(), ResultFilter.Of(http), page.Limit, page.Offset, http.RequestAborted);
        return Reply.Ok(new Response(
            [.. results.Select(result => new Item(result.Id, GetResult.DetectorOf(result), result.DatasetId, result.CompletedAt, new ResultSummary(result)))], page.Describe(total)));
    }

    public sealed record Item(string Id, string? DetectorId, string? DatasetId, DateTimeOffset Timestamp, ResultSummary Summary);

    public sealed record Response(IReadOnlyList<Item> Results, Pagination Pagination);
}

/// <summary><c>GET /api/v1/results/{result_id}</c>: one result with every prediction.</summary>
internal static class GetResult
{
    public static async Task<IResult> Handle(HttpContext http, string resultId, ResultQueries queries)
    {
        var id = ResourceId.Canonical("result", resultId);
        var result = await queries.Get(http.Tenant(), id, http.RequestAborted);
        return Reply.Ok(new Response(
            result.Id, DetectorOf(result), result.DatasetId, result.CompletedAt, result.BatchId, result.ModelVersion, result.ModelSha256, result.CodeVersion,
            result.Threshold, Listed(queries.PredictionsOf(http.Tenant(), result, http.RequestAborted), result.Threshold),
            new ResultSummary(result), result.Cost.Seconds, new Resources(result.Cost.CpuSeconds, result.Cost.MemoryMb, result.Cost.StoredMb)));
    }

    /// <summary>The detector, where there was one.</summary>
    internal static string? DetectorOf(DetectionCompleted result) => result.AdHocModel is null ? result.DetectorId : null;

    private static async IAsyncEnumerable<Prediction> Listed(IAsyncEnumerable<Predictions> parts, double threshold)
    {
        var index = 0L;
        await foreach (var part in parts)
        {
            for (var i = 0; i < part.Scores.Length; i++)
            {
                yield return new Prediction(index++, part.IsAnomaly(i, threshold), part.Scores[i], part.Confidences[i]);
            }
        }
    }

    public sealed record Prediction(long Index, bool IsAnomaly, double AnomalyScore, double Confidence);

    /// <summary>What a detection took: seconds, MB, MB.</summary>
    public sealed record Resources(double CpuTime, double MemoryPeak, double DiskIo);

    /// <summary>A result; its execution time in seconds.</summary>
    public sealed record Response(
        string Id, string? DetectorId, string? DatasetId, DateTimeOffset Timestamp, string? BatchId, int ModelVersion, string ModelSha256, string CodeVersion,
        double Threshold, IAsyncEnumerable<Prediction> Predictions, ResultSummary Summary, double ExecutionTime, Resources ResourceUsage);
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
        routes.MapPost("/api/v1/detection/detect", DetectAdHoc.Handle)
            .Describes<DetectAdHoc.Request, DetectAdHoc.Response>("Judge rows or a series by one another").Needs(Access.Detect);
        routes.MapGet("/api/v1/results", ListResults.Handle)
            .Describes<ListResults.Response>("List what was detected, newest first").QueryPage().QueryTimes().Query("detector_id", "Only those of a detector.")
            .Query("dataset_id", "Only those of a data set.").Query("min_anomalies", "Only those with at least so many anomalies.", RequestParameterType.Whole)
            .Query("has_anomalies", "Only those with anomalies, or only those without.", RequestParameterType.Flag).Needs(Access.Look);
        routes.MapGet("/api/v1/results/{resultId}", GetResult.Handle).Describes<GetResult.Response>("A result with every verdict").Needs(Access.Look);
    }
}
