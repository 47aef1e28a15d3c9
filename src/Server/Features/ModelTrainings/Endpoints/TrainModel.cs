using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.Models;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings.Endpoints;

/// <summary>Creates a detector and trains it, in one step.</summary>
internal sealed class TrainModel(TrainingData data, ModelTrainingService service, TrainingSlots slots,
    IGrainFactory grains, TimeProvider time)
    : Endpoint<TrainModel.Request, TrainModel.Response>
{
    public sealed record Request(
        JsonElement TrainingData, string Algorithm, IReadOnlyDictionary<string, JsonElement>? Parameters = null, string? Name = null,
        string? Description = null,
        double? ValidationSplit = null, PreprocessingOptions? Preprocessing = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.ValidationSplit).ValidationSplit();
            RuleFor(r => r.Preprocessing).Preprocessing();
            RuleFor(r => r.Name).DetectorName();
            RuleFor(r => r.Description).Description();
        }
    }

    /// <summary>The training that was asked for; the model answers under its id from now on, its time is in seconds.</summary>
    public new sealed record Response(
        string ModelId, string DetectorId, string TrainingId, string DatasetId, string Algorithm, string Status, double EstimatedTime,
        DateTimeOffset StartedAt);

    public override void Configure()
    {
        Post("/api/v1/detection/train");
        this.Needs(Access.Build);
        this.TakesAtMost(BodySize.Data);
        this.Answers(StatusCodes.Status202Accepted, "Training started");
        Summary(s => s.Summary = "Create a detector and train it");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, now) = (HttpContext, time.GetUtcNow());
        var options = new TrainingOptions(request.ValidationSplit ?? 0, 0, null, request.Preprocessing ?? new PreprocessingOptions());
        var detector = DetectorConfiguration.Created(
            ResourceId.New("detector"), request.Name ?? $"{request.Algorithm} {now:yyyy-MM-dd HH:mm}", request.Algorithm,
            request.Parameters, request.Description, null, now);
        var session = await slots.Take(
            http.Principal(),
            async () =>
            {
                var dataset = await data.Find(http.Tenant(), request.TrainingData, http.RequestAborted);
                ModelTrainingService.RequireUsable(dataset, detector.Algorithm, options, "training_data");
                await grains.Of<IDetectorGrain>(http.Tenant(), detector.Id).Create(detector, http.RequestAborted);
                return await service.Submit(http.Tenant(), detector.Id, dataset.Id, options, CancellationToken.None);
            },
            http.RequestAborted);
        var asked = session.Requested;
        http.Locate($"/api/v1/training/{asked.Id}/status");
        return new Response(
            ModelId.Of(asked.Id), asked.DetectorId, asked.Id, asked.DatasetId, asked.Algorithm, ModelTraining.Started,
            asked.EstimatedSeconds, asked.RequestedAt);
    }
}
