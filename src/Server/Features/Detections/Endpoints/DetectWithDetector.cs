using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Detections.Endpoints;

/// <summary>Judges rows with a detector, as the Platform contract asks for it.</summary>
internal sealed class DetectWithDetector(DetectionService service) : Endpoint<DetectWithDetector.Request, DetectWithDetector.Response>
{
    private const int TopFeatures = 5;

    public sealed record Request(IReadOnlyList<Cell[]> Data, IReadOnlyList<string>? FeatureNames = null, bool ReturnExplanations = false)
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;
    }

    public new sealed record Response(
        string DetectionId, string ResultId, string DetectorId, int ModelVersion, IReadOnlyList<Prediction> Predictions,
        DetectionSummary Summary, DateTimeOffset ProcessedAt);

    public sealed record Prediction(int Index, bool IsAnomaly, double AnomalyScore, double Confidence, PredictionExplanation? Explanation)
    {
        public static Prediction Of(Detected detected, int row, bool explained)
        {
            var anomaly = detected.Predictions.IsAnomaly(row, detected.Completed.Threshold);
            var explanation = explained ? Detections.Explanation.Of(detected.Model, detected.Rows, row, anomaly) : null;
            return new Prediction(
                row, anomaly, detected.Predictions.Scores[row], detected.Predictions.Confidences[row],
                explanation is null ? null : new PredictionExplanation(explanation.Top(TopFeatures), explanation.Signed()));
        }
    }

    public sealed record PredictionExplanation(IReadOnlyList<string> TopFeatures, IReadOnlyDictionary<string, double> FeatureContributions);

    public override void Configure()
    {
        Post("/api/v1/detectors/{detector_id}/detect");
        this.Needs(Access.Detect);
        this.TakesAtMost(BodySize.Data);
        this.Answers("Detection completed");
        Summary(s => s.Summary = "Judge rows with a detector");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var detected = await service.Detect(
            http.Tenant(), ResourceId.Canonical("detector", request.DetectorId), model =>
                RequestRows.Read(request.Data, request.FeatureNames, model), null,
            http.EventMetadata(), http.RequestAborted);
        return new Response(
            detected.Completed.Id, detected.Completed.Id, detected.Completed.DetectorId, detected.Completed.ModelVersion,
            [.. Enumerable.Range(0, request.Data.Count).Select(i => Prediction.Of(detected, i, request.ReturnExplanations))],
            detected.Completed.Summary, detected.Completed.CompletedAt);
    }
}
