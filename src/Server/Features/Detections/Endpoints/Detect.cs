using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Detections.Endpoints;

/// <summary>Judges rows with a detector, as the Reference contract asks for it.</summary>
internal sealed class Detect(DetectionService service) : Endpoint<Detect.Request, Detect.Response>
{
    public sealed record Request(string DetectorId, IReadOnlyList<Cell[]> Data, Options? Options = null);

    public new sealed record Options(bool ReturnScores = true, bool ReturnExplanations = false, double? Threshold = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() =>
            RuleFor(r => r.Options!.Threshold).Must(threshold => threshold is null or (>= 0 and <= 1)).When(r => r.Options is not null)
            .Expecting("a number from 0 to 1", showing: true);
    }

    public new sealed record Response(
        string DetectionId, string DetectorId, int ModelVersion, IReadOnlyList<int> Predictions, IReadOnlyList<double>? Scores,
        IReadOnlyList<SampleExplanation>? Explanations, double Threshold, DateTimeOffset ProcessedAt);

    public sealed record SampleExplanation(
        int SampleIndex, int Prediction, double Score, IReadOnlyDictionary<string, double> FeatureImportance, string LocalExplanation);

    public override void Configure()
    {
        Post("/v1/detect");
        this.Needs(Access.Detect);
        this.TakesAtMost(BodySize.Data);
        Summary(s => s.Summary = "Judge rows with a detector");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, options) = (HttpContext, request.Options ?? new Options());
        var detected = await service.Detect(
            http.Tenant(), ResourceId.Canonical("detector", request.DetectorId), model => RequestRows.Read(request.Data, null, model),
            options.Threshold, http.EventMetadata(), http.RequestAborted);
        return new Response(
            detected.Completed.Id, detected.Completed.DetectorId, detected.Completed.ModelVersion,
            [.. Enumerable.Range(0, detected.Predictions.Scores.Length)
                .Select(i => detected.Predictions.IsAnomaly(i, detected.Completed.Threshold) ? 1 : 0)],
            options.ReturnScores ? detected.Predictions.Scores : null,
            options.ReturnExplanations ? Explain(detected) : null,
            detected.Completed.Threshold, detected.Completed.CompletedAt);
    }

    private static SampleExplanation[] Explain(Detected detected) =>
        [.. Enumerable.Range(0, detected.Predictions.Scores.Length).Select(i =>
        {
            var anomaly = detected.Predictions.IsAnomaly(i, detected.Completed.Threshold);
            var explanation = Explanation.Of(detected.Model, detected.Rows, i, anomaly);
            return new SampleExplanation(i, anomaly ? 1 : 0, detected.Predictions.Scores[i], explanation.Importance(),
                explanation.Sentence);
        })];
}
