using System.Text.Json;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.Models;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary><c>POST /api/v1/detection/train</c> (001): a detector is created and trained in one step.</summary>
internal static class TrainModel
{
    public sealed record Request(
        JsonElement TrainingData, string Algorithm, IReadOnlyDictionary<string, JsonElement>? Parameters = null, string? Name = null, string? Description = null,
        double? ValidationSplit = null, PreprocessingOptions? Preprocessing = null)
    {
        /// <summary>The detector and how to train it, if they validate.</summary>
        public (DetectorCreated Detector, TrainingOptions Options) Validate(string id, DateTimeOffset now)
        {
            var options = new TrainDetector.Request(string.Empty, ValidationSplit, Preprocessing: Preprocessing).Validate();
            var detector = new CreateDetector.Request(Name ?? $"{Algorithm} {now:yyyy-MM-dd HH:mm}", Algorithm, Parameters, Description);
            return (detector.Validate(id, now), options);
        }
    }

    /// <summary>The training that was asked for; the model answers under its id from now on, its time is in seconds.</summary>
    public sealed record Response(
        string ModelId, string DetectorId, string TrainingId, string DatasetId, string Algorithm, string Status, double EstimatedTime, DateTimeOffset StartedAt);

    public static async Task<IResult> Handle(HttpContext http, TrainingData data, ModelTrainingService service, TrainingSlots slots, Silo silo, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var (detector, options) = request.Validate(ResourceId.New("detector"), time.GetUtcNow());
        var session = await slots.Take(
            http.Principal(),
            async () =>
            {
                var dataset = await data.Find(http.Tenant(), request.TrainingData, http.EventMetadata(), http.RequestAborted);
                ModelTrainingService.RequireUsable(dataset, options, "training_data");
                await silo.Grain<DetectorGrain>(http.Tenant(), detector.Id).Call((grain, ct) => grain.Create(detector, http.EventMetadata(), ct), http.RequestAborted);
                return await service.Submit(http.Tenant(), detector.Id, dataset.Id, options, http.EventMetadata(), CancellationToken.None);
            },
            http.RequestAborted);
        var asked = session.Requested;
        return Reply.Accepted(
            $"/api/v1/training/{asked.Id}/status",
            new Response(
                ModelId.Of(asked.Id), asked.DetectorId, asked.Id, asked.DatasetId, asked.Algorithm, ModelTraining.Started, asked.EstimatedSeconds, asked.RequestedAt),
            "Training started");
    }
}
