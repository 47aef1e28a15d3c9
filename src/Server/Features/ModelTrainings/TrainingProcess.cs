using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>Has every training that was asked for done.</summary>
internal sealed class TrainingDispatch(Jobs jobs) : IReaction
{
    /// <inheritdoc/>
    public string Name => "training_dispatch";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(TrainingRequested)];

    /// <inheritdoc/>
    public Task React(Delivery delivery, CancellationToken ct) => jobs.Start<TrainingJob>(delivery.Recorded, ct);
}

/// <summary>
/// Tells the detector what becomes of its training. The request itself tells it at once; this process makes sure, should the
/// silo not survive the moment between the two.
/// </summary>
internal sealed class DetectorFollowsTraining(Silo silo, ModelTrainingQueries trainings) : IReaction
{
    /// <inheritdoc/>
    public string Name => "detector_follows_training";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } =
        [typeof(DetectorTrainingBegan), typeof(TrainingFailed), typeof(TrainingCancelled)];

    /// <inheritdoc/>
    public async Task React(Delivery delivery, CancellationToken ct)
    {
        var tenant = delivery.Recorded.Tenant;
        var metadata = EventMetadata.CausedBy(delivery.Recorded, $"system:{Name}");
        switch (delivery.Event)
        {
            case DetectorTrainingBegan began:
                await EndIfNeverAsked(tenant, delivery.Recorded.Stream, began, metadata, ct);
                break;
            case TrainingFailed failed:
                await End(tenant, delivery.Recorded.Stream, failed.Reason, true, metadata, ct);
                break;
            case TrainingCancelled:
                await End(tenant, delivery.Recorded.Stream, "cancelled", false, metadata, ct);
                break;
        }
    }

    // The silo died between telling the detector and recording the request: the caller has no answer, so there is no training.
    private async Task EndIfNeverAsked(string tenant, string detectorId, DetectorTrainingBegan began, EventMetadata metadata, CancellationToken ct)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            if (await trainings.Exists(tenant, began.TrainingId, ct))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
        }

        await silo.Grain<DetectorGrain>(tenant, detectorId).Call(
            (grain, token) => grain.EndTraining(began.TrainingId, "the request was interrupted", false, metadata, token), ct);
    }

    private async Task End(string tenant, string trainingId, string reason, bool failed, EventMetadata metadata, CancellationToken ct)
    {
        var detectorId = (await trainings.Get(tenant, trainingId, ct)).Requested.DetectorId;
        await silo.Grain<DetectorGrain>(tenant, detectorId).Call((grain, token) => grain.EndTraining(trainingId, reason, failed, metadata, token), ct);
    }
}

/// <summary>The capability's paths.</summary>
internal static class TrainingRoutes
{
    public static void MapTraining(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api/v1", "/v1" })
        {
            routes.MapPost($"{root}/detectors/{{detectorId}}/train", TrainDetector.Handle)
                .Describes<TrainDetector.Request, TrainDetector.Response>("Train a detector", StatusCodes.Status202Accepted).Needs(Access.Build);
        }

        routes.MapPost("/api/v1/detection/train", TrainModel.Handle)
            .Describes<TrainModel.Request, TrainModel.Response>("Create a detector and train it", StatusCodes.Status202Accepted).Needs(Access.Build);
        routes.MapGet("/api/v1/training/{trainingId}/status", GetTrainingStatus.Handle).Describes<TrainingBody>("A training as it stands").Needs(Access.Look);
        routes.MapPost("/api/v1/training/{trainingId}/cancel", CancelTraining.Handle).Describes<TrainingBody>("Call a training off").Needs(Access.Build);
        routes.MapGet("/v1/detectors/{detectorId}/training-status", GetDetectorTrainingStatus.Handle)
            .Describes<TrainingBody>("A detector's last training as it stands").Needs(Access.Look);
        routes.MapGet("/api/v1/sse/training/{trainingId}", TrainingFeed.Handle)
            .Describes<string>("The events of a training, or of a training session, as they happen", contentTypes: "text/event-stream")
            .Header("Last-Event-ID", "The id of the last event seen; the feed goes on after it.").Needs(Access.Look);
    }
}
