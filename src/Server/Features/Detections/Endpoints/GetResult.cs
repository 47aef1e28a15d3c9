using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Detections.Endpoints;

/// <summary>Shows a result with every prediction.</summary>
internal sealed class GetResult(ResultQueries queries) : Endpoint<GetResult.Request, GetResult.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string ResultId { get; init; } = string.Empty;
    }

    public sealed record Prediction(long Index, bool IsAnomaly, double AnomalyScore, double Confidence);

    /// <summary>What a detection took: seconds, MB, MB.</summary>
    public sealed record Resources(double CpuTime, double MemoryPeak, double DiskIo);

    /// <summary>A result; its execution time in seconds.</summary>
    public new sealed record Response(
        string Id, string? DetectorId, string? DatasetId, DateTimeOffset Timestamp, string? BatchId, int ModelVersion, string ModelSha256,
        string CodeVersion,
        double Threshold, IAsyncEnumerable<Prediction> Predictions, ResultSummary Summary, double ExecutionTime, Resources ResourceUsage);

    public override void Configure()
    {
        Get("/api/v1/results/{result_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A result with every prediction");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("result", request.ResultId));
        var result = await queries.Get(http.Tenant(), id, http.RequestAborted);
        return new Response(
            result.Id, DetectorOf(result), result.DatasetId, result.CompletedAt, result.BatchId, result.ModelVersion, result.ModelSha256,
            result.CodeVersion,
            result.Threshold, Listed(queries.PredictionsOf(http.Tenant(), result, http.RequestAborted), result.Threshold),
            new ResultSummary(result), result.Cost.Seconds,
            new Resources(result.Cost.CpuSeconds, result.Cost.MemoryMb, result.Cost.StoredMb));
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
}
