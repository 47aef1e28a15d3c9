using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Evaluations.Endpoints;

/// <summary>Compares a detector's predictions with labels.</summary>
internal sealed class EvaluateDetector(DetectorEvaluation evaluation) : Endpoint<EvaluateDetector.Request, EvaluateDetector.Response>
{
    private const int MaxFolds = 50;
    private static readonly Dictionary<string, Func<ClassificationMetrics, double?>> Metrics = new()
    {
        ["accuracy"] = metrics => metrics.Accuracy, ["precision"] = metrics => metrics.Precision, ["recall"] = metrics => metrics.Recall,
        ["f1_score"] = metrics => metrics.F1Score, ["auc"] = metrics => metrics.Auc,
    };

    public sealed record Request(string DatasetId, IReadOnlyList<string>? Metrics = null, Folding? CrossValidation = null)
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;
    }

    public sealed record Folding(bool Enabled = true, int Folds = 5);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleForEach(r => r.Metrics).Custom((name, context) =>
            {
                if (name is null || !Metrics.ContainsKey(name))
                {
                    context.Refuse(context.PropertyPath, $"one of: {string.Join(", ", Metrics.Keys)}", name ?? "null");
                }
            });
            RuleFor(r => r.CrossValidation!.Folds).InclusiveBetween(2, MaxFolds).When(r => r.CrossValidation is { Enabled: true })
                .Expecting($"a whole number from 2 to {MaxFolds}", showing: true);
        }
    }

    /// <summary>
    /// What came of it; the confusion matrix has the labels in its rows and the predictions in its columns, normal first.
    /// </summary>
    public new sealed record Response(
        string EvaluationId, string DetectorId, string DatasetId, int ModelVersion, IReadOnlyDictionary<string, double?> Metrics,
        FoldMetrics? CrossValidation,
        IReadOnlyList<IReadOnlyList<int>> ConfusionMatrix, Report ClassificationReport, DateTimeOffset EvaluatedAt);

    public sealed record Report(ClassReport Normal, ClassReport Anomaly);

    /// <summary>How well one class is told; ratios without a denominator are 0, as scikit-learn has them.</summary>
    public sealed record ClassReport(double Precision, double Recall, [property: JsonPropertyName("f1-score")] double F1Score, int Support)
    {
        public static ClassReport Of(int right, int wronglyGiven, int missed) =>
            new(Ratio(right, right + wronglyGiven), Ratio(right, right + missed), Ratio(2 * right, (2 * right) + wronglyGiven + missed),
                right + missed);

        private static double Ratio(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
    }

    public override void Configure()
    {
        Post("/api/v1/detectors/{detector_id}/evaluate", "/v1/detectors/{detector_id}/evaluate");
        this.Needs(Access.Detect);
        this.Answers("Evaluation completed");
        Summary(s => s.Summary = "Compare a detector's predictions with labels");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var folds = request.CrossValidation is { Enabled: true } folding ? folding.Folds : 0;
        var done = await evaluation.Evaluate(
            http.Tenant(), ResourceId.Canonical("detector", request.DetectorId), ResourceId.Canonical("dataset", request.DatasetId), folds,
            http.EventMetadata(), http.RequestAborted);
        var counts = done.Counts;
        return new Response(
            done.Id, done.DetectorId, done.DatasetId, done.ModelVersion,
            (request.Metrics ?? [.. Metrics.Keys]).Distinct().ToDictionary(name => name, name => Metrics[name](done.Metrics)),
            done.CrossValidation,
            [[counts.TrueNegatives, counts.FalsePositives], [counts.FalseNegatives, counts.TruePositives]],
            new Report(
                ClassReport.Of(counts.TrueNegatives, counts.FalseNegatives, counts.FalsePositives),
                ClassReport.Of(counts.TruePositives, counts.FalsePositives, counts.FalseNegatives)),
            done.EvaluatedAt);
    }
}
