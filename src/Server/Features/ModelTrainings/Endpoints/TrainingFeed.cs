using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using IEvent = JasperFx.Events.IEvent;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings.Endpoints;

/// <summary>
/// A training's events as they happen, from the first (or from <c>Last-Event-ID</c>) to its end. The id of each is its sequence number in
/// the log.
/// </summary>
internal sealed class TrainingFeed(ModelTrainingQueries queries, EventFeed feed) : Endpoint<TrainingFeed.Request>
{
    public sealed record Request
    {
        [RouteParam]
        public string TrainingId { get; init; } = string.Empty;

        [FromHeader("Last-Event-ID", isRequired: false)]
        public string? LastEventId { get; init; }
    }

    public override void Configure()
    {
        Get("/api/v1/sse/training/{training_id}");
        this.Needs(Access.Look);
        this.Streams("text/event-stream");
        Summary(s =>
        {
            s.Summary = "The events of a training, or of a training session, as they happen";
            s.Params["Last-Event-ID"] = "The id of the last event seen; the feed goes on after it.";
        });
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("training", request.TrainingId));
        await queries.Get(http.Tenant(), id, http.RequestAborted);
        var (training, after) = (new StreamKey(http.Tenant(), id), EventStream.LastEventId(http));
        if (after > 0 && await queries.HasEnded(training, after, http.RequestAborted))
        {
            // By WHATWG HTML 9.2 this keeps an EventSource from coming again.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await EventStream.Write(http, Items(feed.Follow(training, after, http.RequestAborted)));
    }

    private static async IAsyncEnumerable<FeedItem> Items(IAsyncEnumerable<IEvent> events)
    {
        await foreach (var recorded in events)
        {
            var (item, last) = Present(recorded);
            yield return item;
            if (last)
            {
                yield break;
            }
        }
    }

    private static (FeedItem Item, bool Last) Present(IEvent recorded)
    {
        var id = recorded.StreamKey!;
        return recorded.Data switch
        {
            TrainingRequested e =>
                (Item("status", new { TrainingId = id, Status = ModelTraining.Started, Progress = 0.0, Timestamp = e.RequestedAt }), false),
            TrainingStarted e => (Item("status", new { TrainingId = id, Status = ModelTraining.Training, Timestamp = e.StartedAt }), false),
            TrainingProgressed e => (Item("metrics", new
            {
                TrainingId = id, Status = ModelTraining.Training, e.Progress, CurrentStep = e.Step, e.Metrics, Timestamp = e.ProgressedAt,
            }), false),
            TrainingCompleted e => (Item("completed", new
            {
                TrainingId = id, Status = ModelTraining.Completed, Progress = 1.0, e.Metrics, e.CrossValidation, e.ModelSha256,
                e.TrainingSeconds, Timestamp = e.CompletedAt,
            }), true),
            TrainingFailed e =>
                (Item("failed", new { TrainingId = id, Status = ModelTraining.Failed, Error = e.Reason, Timestamp = e.FailedAt }), true),
            TrainingCancelled e =>
                (Item("cancelled", new { TrainingId = id, Status = ModelTraining.Cancelled, Timestamp = e.CancelledAt }), true),
            _ => throw new InvalidOperationException($"{recorded.EventTypeName} is no event of a training."),
        };

        FeedItem Item(string name, object data) => new(recorded.Sequence, name, data);
    }
}
