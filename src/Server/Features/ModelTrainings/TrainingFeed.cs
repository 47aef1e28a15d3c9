using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>
/// <c>GET /api/v1/sse/training/{training_id}</c>: a training's events from the first (or from <c>Last-Event-ID</c>) to its
/// end. The id of each is its sequence number in the log.
/// </summary>
internal static class TrainingFeed
{
    public static async Task Handle(HttpContext http, string trainingId, ModelTrainingQueries queries, LiveFeed feed, EventStore store)
    {
        var id = ResourceId.Canonical("training", trainingId);
        await queries.Get(http.Tenant(), id, http.RequestAborted);
        await EventStream.Write(http, Items(feed.Follow(new StreamKey(http.Tenant(), id), EventStream.LastEventId(http), http.RequestAborted), store.Types));
    }

    private static async IAsyncEnumerable<FeedItem> Items(IAsyncEnumerable<RecordedEvent> events, EventTypes types)
    {
        await foreach (var recorded in events)
        {
            var (item, last) = Present(recorded, types.Deserialize(recorded));
            yield return item;
            if (last)
            {
                yield break;
            }
        }
    }

    private static (FeedItem Item, bool Last) Present(RecordedEvent recorded, IEvent @event)
    {
        var id = recorded.Stream;
        return @event switch
        {
            TrainingRequested e => (Item("status", new { TrainingId = id, Status = ModelTraining.Started, Progress = 0.0, Timestamp = e.RequestedAt }), false),
            TrainingStarted e => (Item("status", new { TrainingId = id, Status = ModelTraining.Training, Timestamp = e.StartedAt }), false),
            TrainingProgressed e => (Item("metrics", new
            {
                TrainingId = id, Status = ModelTraining.Training, e.Progress, CurrentStep = e.Step, e.Metrics, Timestamp = e.ProgressedAt,
            }), false),
            TrainingCompleted e => (Item("completed", new
            {
                TrainingId = id, Status = ModelTraining.Completed, Progress = 1.0, e.Metrics, e.CrossValidation, e.ModelSha256, e.TrainingSeconds, Timestamp = e.CompletedAt,
            }), true),
            TrainingFailed e => (Item("failed", new { TrainingId = id, Status = ModelTraining.Failed, Error = e.Reason, Timestamp = e.FailedAt }), true),
            TrainingCancelled e => (Item("cancelled", new { TrainingId = id, Status = ModelTraining.Cancelled, Timestamp = e.CancelledAt }), true),
            _ => throw new UnknownEventTypeException(recorded.Type),
        };

        FeedItem Item(string name, object data) => new(recorded.Sequence, name, data);
    }
}
