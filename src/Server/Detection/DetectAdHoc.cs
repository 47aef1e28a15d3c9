using System.Text.Json;
using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Detection;

/// <summary><c>POST /api/v1/detection/detect</c> (001): rows or a series are judged by one another, without a stored detector.</summary>
internal static class DetectAdHoc
{
    public sealed record Request(JsonElement Data, string Algorithm, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

    public static async Task<IResult> Handle(HttpContext http, AdHocDesk desk)
    {
        var request = await Body.Read<Request>(http);
        var algorithm = AdHocDesk.Algorithm(request.Algorithm, request.Parameters);
        var data = InlineData.Read(request.Data, "data");
        return Reply.Ok(Response.Of(await desk.Detect(http.Tenant(), data, algorithm, http.Origin(), http.RequestAborted)));
    }

    /// <summary>What was found; an anomaly's value is the number of a series, or the whole row.</summary>
    public sealed record Response(
        string DetectionId, string ResultId, string Algorithm, IReadOnlyList<int> Predictions, IReadOnlyList<double> Scores, IReadOnlyList<AnomalyFound> Anomalies,
        DetectionSummary Summary, double Threshold, DateTimeOffset ProcessedAt)
    {
        public static Response Of(DetectedAdHoc detected) => Of(detected.Completed, detected.Verdicts, detected.Completed.AdHocModel!.Algorithm, detected.Data);

        public static Response Of(Detected detected, InlineData data) => Of(detected.Completed, detected.Verdicts, detected.Model.Facts.Algorithm, data);

        private static Response Of(DetectionCompleted completed, Verdicts verdicts, string algorithm, InlineData data)
        {
            var flagged = Enumerable.Range(0, verdicts.Scores.Length).Where(i => verdicts.IsAnomaly(i, completed.Threshold));
            return new Response(
                completed.Id, completed.Id, algorithm,
                [.. Enumerable.Range(0, verdicts.Scores.Length).Select(i => verdicts.IsAnomaly(i, completed.Threshold) ? 1 : 0)], verdicts.Scores,
                [.. flagged.Select(i => new AnomalyFound(i, data.ValueOf(i), verdicts.Scores[i]))], completed.Summary, completed.Threshold,
                completed.CompletedAt);
        }
    }

    public sealed record AnomalyFound(int Index, object Value, double Score);
}
