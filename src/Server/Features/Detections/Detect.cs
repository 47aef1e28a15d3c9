using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary><c>POST /api/v1/detectors/{detector_id}/detect</c> (000).</summary>
internal static class DetectWithDetector
{
    private const int TopFeatures = 5;

    public sealed record Request(IReadOnlyList<Cell[]> Data, IReadOnlyList<string>? FeatureNames = null, bool ReturnExplanations = false);

    public static async Task<IResult> Handle(HttpContext http, string detectorId, DetectionService service)
    {
        var request = await Body.Read<Request>(http);
        var detected = await service.Detect(
            http.Tenant(), ResourceId.Canonical("detector", detectorId), model => RequestRows.Read(request.Data, request.FeatureNames, model), null,
            http.EventMetadata(), http.RequestAborted);
        return Reply.Ok(
            new Response(
                detected.Completed.Id, detected.Completed.Id, detected.Completed.DetectorId, detected.Completed.ModelVersion,
                [.. Enumerable.Range(0, request.Data.Count).Select(i => Prediction.Of(detected, i, request.ReturnExplanations))],
                detected.Completed.Summary, detected.Completed.CompletedAt),
            "Detection completed");
    }

    public sealed record Response(
        string DetectionId, string ResultId, string DetectorId, int ModelVersion, IReadOnlyList<Prediction> Predictions, DetectionSummary Summary, DateTimeOffset ProcessedAt);

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
}

/// <summary><c>POST /v1/detect</c> (002).</summary>
internal static class Detect
{
    public sealed record Request(string DetectorId, IReadOnlyList<Cell[]> Data, Options? Options = null);

    public sealed record Options(bool ReturnScores = true, bool ReturnExplanations = false, double? Threshold = null);

    public static async Task<IResult> Handle(HttpContext http, DetectionService service)
    {
        var request = await Body.Read<Request>(http);
        var options = request.Options ?? new Options();
        if (options.Threshold is < 0 or > 1 or double.NaN)
        {
            throw Problem.Invalid("options.threshold", "a number from 0 to 1", options.Threshold);
        }

        var detected = await service.Detect(
            http.Tenant(), ResourceId.Canonical("detector", request.DetectorId), model => RequestRows.Read(request.Data, null, model),
            options.Threshold, http.EventMetadata(), http.RequestAborted);
        return Reply.Ok(new Response(
            detected.Completed.Id, detected.Completed.DetectorId, detected.Completed.ModelVersion,
            [.. Enumerable.Range(0, detected.Predictions.Scores.Length).Select(i => detected.Predictions.IsAnomaly(i, detected.Completed.Threshold) ? 1 : 0)],
            options.ReturnScores ? detected.Predictions.Scores : null,
            options.ReturnExplanations ? Explain(detected) : null,
            detected.Completed.Threshold, detected.Completed.CompletedAt));
    }

    private static SampleExplanation[] Explain(Detected detected) =>
        [.. Enumerable.Range(0, detected.Predictions.Scores.Length).Select(i =>
        {
            var anomaly = detected.Predictions.IsAnomaly(i, detected.Completed.Threshold);
            var explanation = Explanation.Of(detected.Model, detected.Rows, i, anomaly);
            return new SampleExplanation(i, anomaly ? 1 : 0, detected.Predictions.Scores[i], explanation.Importance(), explanation.Sentence);
        })];

    public sealed record Response(
        string DetectionId, string DetectorId, int ModelVersion, IReadOnlyList<int> Predictions, IReadOnlyList<double>? Scores,
        IReadOnlyList<SampleExplanation>? Explanations, double Threshold, DateTimeOffset ProcessedAt);

    public sealed record SampleExplanation(
        int SampleIndex, int Prediction, double Score, IReadOnlyDictionary<string, double> FeatureImportance, string LocalExplanation);
}
