using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Detections.Endpoints;

/// <summary>Judges rows or a series by one another, without a stored detector.</summary>
internal sealed class DetectAdHoc(AdHocDetectionService service) : Endpoint<DetectAdHoc.Request, DetectAdHoc.Response>
{
    public sealed record Request(JsonElement Data, string Algorithm, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

    /// <summary>What was found; an anomaly's value is the number of a series, or the whole row.</summary>
    public new sealed record Response(
        string DetectionId, string ResultId, string Algorithm, IReadOnlyList<int> Predictions, IReadOnlyList<double> Scores,
        IReadOnlyList<AnomalyFound> Anomalies,
        DetectionSummary Summary, double Threshold, DateTimeOffset ProcessedAt)
    {
        public static Response Of(DetectedAdHoc detected) =>
            Of(detected.Completed, detected.Predictions, detected.Completed.AdHocModel!.Algorithm, detected.Data);

        public static Response Of(Detected detected, InlineData data) =>
            Of(detected.Completed, detected.Predictions, detected.Model.Metadata.Algorithm, data);

        private static Response Of(DetectionCompleted completed, Predictions predictions, string algorithm, InlineData data)
        {
            var flagged = Enumerable.Range(0, predictions.Scores.Length).Where(i => predictions.IsAnomaly(i, completed.Threshold));
            return new Response(
                completed.Id, completed.Id, algorithm,
                [.. Enumerable.Range(0, predictions.Scores.Length).Select(i => predictions.IsAnomaly(i, completed.Threshold) ? 1 : 0)],
                predictions.Scores,
                [.. flagged.Select(i => new AnomalyFound(i, data.ValueOf(i), predictions.Scores[i]))], completed.Summary,
                completed.Threshold,
                completed.CompletedAt);
        }
    }

    public sealed record AnomalyFound(int Index, object Value, double Score);

    public override void Configure()
    {
        Post("/api/v1/detection/detect");
        this.Needs(Access.Detect);
        this.TakesAtMost(BodySize.Data);
        Summary(s => s.Summary = "Judge rows or a series by one another");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var algorithm = AdHocDetectionService.Algorithm(request.Algorithm, request.Parameters);
        var data = InlineData.Read(request.Data, "data");
        return Response.Of(await service.Detect(http.Tenant(), data, algorithm, http.EventMetadata(), http.RequestAborted));
    }
}
