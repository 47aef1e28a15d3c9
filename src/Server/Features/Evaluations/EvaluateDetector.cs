using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Evaluations;

/// <summary><c>POST …/detectors/{detector_id}/evaluate</c> (002).</summary>
internal static class EvaluateDetector
{
    private const int MaxFolds = 50;
    private static readonly Dictionary<string, Func<ClassificationMetrics, double?>> Metrics = new()
    {
        ["accuracy"] = figures => figures.Accuracy, ["precision"] = figures => figures.Precision, ["recall"] = figures => figures.Recall,
        ["f1_score"] = figures => figures.F1Score, ["auc"] = figures => figures.Auc,
    };

    public sealed record Request(string DatasetId, IReadOnlyList<string>? Metrics = null, Folding? CrossValidation = null)
    {
        /// <summary>The metrics wanted and the number of folds, if they validate.</summary>
        public (IReadOnlyList<string> Metrics, int Folds) Validate()
        {
            var wanted = Metrics ?? [.. EvaluateDetector.Metrics.Keys];
            for (var i = 0; i < wanted.Count; i++)
            {
                if (wanted[i] is null || !EvaluateDetector.Metrics.ContainsKey(wanted[i]))
                {
                    throw Problem.Invalid($"metrics[{i}]", $"one of: {string.Join(", ", EvaluateDetector.Metrics.Keys)}", wanted[i] ?? "null");
                }
            }

            return CrossValidation switch
            {
                null or { Enabled: false } => ([.. wanted.Distinct()], 0),
                { Folds: >= 2 and <= MaxFolds and var folds } => ([.. wanted.Distinct()], folds),
                { Folds: var folds } => throw Problem.Invalid("cross_validation.folds", $"a whole number from 2 to {MaxFolds}", folds),
            };
        }
    }

    public sealed record Folding(bool Enabled = true, int Folds = 5);

    public static async Task<IResult> Handle(HttpContext http, string detectorId, DetectorEvaluation evaluation)
    {
        var request = await Body.Read<Request>(http);
        var (metrics, folds) = request.Validate();
        var done = await evaluation.Evaluate(
            http.Tenant(), ResourceId.Canonical("detector", detectorId), ResourceId.Canonical("dataset", request.DatasetId), folds, http.EventMetadata(), http.RequestAborted);
        var counts = done.Counts;
        return Reply.Ok(
            new Response(
                done.Id, done.DetectorId, done.DatasetId, done.ModelVersion, metrics.ToDictionary(name => name, name => Metrics[name](done.Metrics)), done.CrossValidation,
                [[counts.TrueNegatives, counts.FalsePositives], [counts.FalseNegatives, counts.TruePositives]],
                new Report(
                    ClassReport.Of(counts.TrueNegatives, counts.FalseNegatives, counts.FalsePositives),
                    ClassReport.Of(counts.TruePositives, counts.FalsePositives, counts.FalseNegatives)),
                done.EvaluatedAt),
            "Evaluation completed");
    }

    /// <summary>What came of it; the confusion matrix has the labels in its rows and the predictions in its columns, normal first.</summary>
    public sealed record Response(
        string EvaluationId, string DetectorId, string DatasetId, int ModelVersion, IReadOnlyDictionary<string, double?> Metrics, FoldMetrics? CrossValidation,
        IReadOnlyList<IReadOnlyList<int>> ConfusionMatrix, Report ClassificationReport, DateTimeOffset EvaluatedAt);

    public sealed record Report(ClassReport Normal, ClassReport Anomaly);

    /// <summary>How well one class is told; ratios without a denominator are 0, as scikit-learn has them.</summary>
    public sealed record ClassReport(double Precision, double Recall, [property: JsonPropertyName("f1-score")] double F1Score, int Support)
    {
        public static ClassReport Of(int right, int wronglyGiven, int missed) =>
            new(Ratio(right, right + wronglyGiven), Ratio(right, right + missed), Ratio(2 * right, (2 * right) + wronglyGiven + missed), right + missed);

        private static double Ratio(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
    }
}

/// <summary>The capability's paths.</summary>
internal static class EvaluationRoutes
{
    public static void MapEvaluations(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api/v1", "/v1" })
        {
            routes.MapPost($"{root}/detectors/{{detectorId}}/evaluate", EvaluateDetector.Handle)
                .Describes<EvaluateDetector.Request, EvaluateDetector.Response>("Compare a detector's predictions with labels").Needs(Access.Detect);
        }
    }
}
