using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings.Endpoints;

/// <summary>Trains a detector, in the forms of the Platform and the Reference contract.</summary>
internal sealed class TrainDetector(ModelTrainingService service, TrainingSlots slots)
    : Endpoint<TrainDetector.Request, TrainDetector.Response>
{
    public sealed record Request(
        string DatasetId, double? ValidationSplit = null, JsonElement? CrossValidation = null, int? CvFolds = null,
        StoppingRule? EarlyStopping = null,
        PreprocessingOptions? Preprocessing = null)
    {
        [RouteParam]
        public string DetectorId { get; init; } = string.Empty;

        /// <summary>How to train.</summary>
        public TrainingOptions Options() => new(
            ValidationSplit ?? 0, TrainingFields.Folds(CrossValidation, CvFolds),
            EarlyStopping is null
                ? null
                : new EarlyStopping(EarlyStopping.Enabled, EarlyStopping.Patience ?? 10, EarlyStopping.Metric ?? "loss"),
            Preprocessing ?? new PreprocessingOptions());
    }

    public sealed record StoppingRule(bool Enabled = true, int? Patience = null, string? Metric = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.ValidationSplit).ValidationSplit();
            RuleFor(r => r.Preprocessing).Preprocessing();
        }
    }

    /// <summary>The training that was asked for; times in seconds.</summary>
    public new sealed record Response(
        string TrainingId, string TrainingJobId, string DetectorId, string DatasetId, string Status, double EstimatedTime,
        double EstimatedDuration, DateTimeOffset StartedAt);

    public override void Configure()
    {
        Post("/api/v1/detectors/{detector_id}/train", "/v1/detectors/{detector_id}/train");
        this.Needs(Access.Build);
        this.TakesAtMost(BodySize.Data);
        this.Answers(StatusCodes.Status202Accepted, "Training started");
        Summary(s => s.Summary = "Train a detector");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, options) = (HttpContext, request.Options());
        var session = await slots.Take(
            http.Principal(),
            () => service.Submit(
                http.Tenant(), ResourceId.Canonical("detector", request.DetectorId), ResourceId.Canonical("dataset", request.DatasetId),
                options, http.RequestAborted),
            http.RequestAborted);
        var asked = session.Requested;
        http.Locate(http.ApiContract() == ApiContract.Reference
            ? $"/v1/detectors/{asked.DetectorId}/training-status"
            : $"/api/v1/training/{asked.Id}/status");
        return new Response(asked.Id, asked.Id, asked.DetectorId, asked.DatasetId, ModelTraining.Started, asked.EstimatedSeconds,
            asked.EstimatedSeconds, asked.RequestedAt);
    }
}
