using System.Text.Json.Nodes;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>A session's events as messages, from the first (or from the one after the last seen) to its end.</summary>
internal sealed class SessionFeed(EventFeed feed, AggregateStore aggregates)
{
    /// <summary>The messages after a sequence number.</summary>
    public async IAsyncEnumerable<FeedItem> Follow(StreamKey session, long after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        // Checkpoints may follow on the completion; a reader that comes after it has them too, and then the end.
        var now = await aggregates.Load<TrainingSession>(session.Tenant, session.Id, ct);
        if (await HasEnded(session, now, after, ct))
        {
            yield break;
        }

        var last = now.Status == TrainingSession.Completed ? now.Version : long.MaxValue;
        await foreach (var recorded in feed.Follow(session, after, ct))
        {
            if (Present(recorded) is { } item)
            {
                yield return item;
            }

            if (recorded.Version >= last || (last == long.MaxValue && recorded.Data is TrainingSessionCompleted))
            {
                yield break;
            }
        }
    }

    /// <summary>Whether the session is over and nothing was recorded after a sequence number.</summary>
    public async Task<bool> HasEnded(StreamKey session, long after, CancellationToken ct) =>
        await HasEnded(session, await aggregates.Load<TrainingSession>(session.Tenant, session.Id, ct), after, ct);

    private async Task<bool> HasEnded(StreamKey session, TrainingSession now, long after, CancellationToken ct) =>
        now.Status == TrainingSession.Completed && await LastSequence(session, now.Version, ct) <= after;

    private async Task<long> LastSequence(StreamKey session, long version, CancellationToken ct)
    {
        await using var query = aggregates.Query(session.Tenant);
        return (await query.Events.FetchStreamAsync(session.Id, fromVersion: version, token: ct)) is [.., var last] ? last.Sequence : 0;
    }

    private static FeedItem? Present(IEvent recorded) => recorded.Data switch
    {
        TrainingSessionCreated e => Status(recorded, "status", TrainingSession.Created, e.CreatedAt),
        TrainingSessionStarted e => Status(recorded, "status", TrainingSession.Running, e.StartedAt),
        TrainingSessionEpochEnded e => Metrics(recorded, e.Epoch, e.EndedAt, e.Metrics, e.Metrics.Count),
        TrainingSessionMetricsRecorded e => Metrics(recorded, e.LastEpoch, e.MeasuredAt, e.Latest, e.Points),
        CheckpointSaved e => new FeedItem(recorded.Sequence, "checkpoint", new
        {
            SessionId = recorded.StreamKey!, CheckpointId = e.Id, e.Epoch, e.MetricName, e.MetricValue,
            FileSizeMb = CheckpointQueries.Megabytes(e.Size), e.Sha256, e.IsBest, Timestamp = e.SavedAt,
        }),
        CheckpointRemoved e =>
            new FeedItem(recorded.Sequence, "checkpoint_removed",
                new { SessionId = recorded.StreamKey!, CheckpointId = e.Id, e.Reason, Timestamp = e.RemovedAt }),
        TrainingSessionStopped e => Status(recorded, "status", TrainingSession.Stopped, e.StoppedAt),
        TrainingSessionCompleted e => Status(recorded, "completed", TrainingSession.Completed, e.CompletedAt),
        TrainingSessionFailed e => Status(recorded, "failed", TrainingSession.Failed, e.FailedAt, e.Reason),
        _ => null,
    };

    private static FeedItem Status(IEvent recorded, string name, string status, DateTimeOffset at, string? error = null) =>
        new(recorded.Sequence, name, new { SessionId = recorded.StreamKey!, Status = status, Timestamp = at, Error = error });

    private static FeedItem Metrics(IEvent recorded, int epoch, DateTimeOffset at, IReadOnlyDictionary<string, double> metrics, int points)
    {
        var data = new JsonObject
        { ["session_id"] = recorded.StreamKey!, ["epoch"] = epoch, ["timestamp"] = Json.Time(at), ["points"] = points };
        foreach (var (metric, value) in metrics)
        {
            data[metric] = value;
        }

        return new FeedItem(recorded.Sequence, "metrics", data);
    }
}
