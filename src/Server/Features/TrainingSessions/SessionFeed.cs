using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>A session's events as messages, from the first (or from the one after the last seen) to its end.</summary>
internal sealed class SessionFeed(LiveFeed feed, EventStore store)
{
    /// <summary>The messages after a sequence number.</summary>
    public async IAsyncEnumerable<FeedItem> Follow(StreamKey session, long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        // Checkpoints may follow on the completion; a reader that comes after it has them too, and then the end.
        var now = await store.Snapshots.Load<TrainingSession>(session, ct);
        if (await HasEnded(session, now, after, ct))
        {
            yield break;
        }

        var last = now.State.Status == TrainingSession.Completed ? now.Version : long.MaxValue;
        await foreach (var recorded in feed.Follow(session, after, ct))
        {
            var @event = store.Types.Deserialize(recorded);
            if (Present(recorded, @event) is { } item)
            {
                yield return item;
            }

            if (recorded.Version >= last || (last == long.MaxValue && @event is TrainingSessionCompleted))
            {
                yield break;
            }
        }
    }

    /// <summary>Whether the session is over and nothing was recorded after a sequence number.</summary>
    public async Task<bool> HasEnded(StreamKey session, long after, CancellationToken ct) =>
        await HasEnded(session, await store.Snapshots.Load<TrainingSession>(session, ct), after, ct);

    private async Task<bool> HasEnded(StreamKey session, Versioned<TrainingSession> now, long after, CancellationToken ct) =>
        now.State.Status == TrainingSession.Completed && await store.Events.Stream(session, ct, now.Version - 1, now.Version) is [var last] && last.Sequence <= after;

    private static FeedItem? Present(RecordedEvent recorded, IEvent @event) => @event switch
    {
        TrainingSessionCreated e => Status(recorded, "status", TrainingSession.Created, e.CreatedAt),
        TrainingSessionStarted e => Status(recorded, "status", TrainingSession.Running, e.StartedAt),
        TrainingSessionEpochEnded e => Metrics(recorded, e.Epoch, e.EndedAt, e.Metrics, e.Metrics.Count),
        TrainingSessionMetricsRecorded e => Metrics(recorded, e.LastEpoch, e.MeasuredAt, e.Latest, e.Points),
        CheckpointSaved e => new FeedItem(recorded.Sequence, "checkpoint", new
        {
            SessionId = recorded.Stream, CheckpointId = e.Id, e.Epoch, e.MetricName, e.MetricValue, FileSizeMb = CheckpointQueries.Megabytes(e.Size), e.Sha256, e.IsBest, Timestamp = e.SavedAt,
        }),
        CheckpointRemoved e => new FeedItem(recorded.Sequence, "checkpoint_removed", new { SessionId = recorded.Stream, CheckpointId = e.Id, e.Reason, Timestamp = e.RemovedAt }),
        TrainingSessionStopped e => Status(recorded, "status", TrainingSession.Stopped, e.StoppedAt),
        TrainingSessionCompleted e => Status(recorded, "completed", TrainingSession.Completed, e.CompletedAt),
        TrainingSessionFailed e => Status(recorded, "failed", TrainingSession.Failed, e.FailedAt, e.Reason),
        _ => null,
    };

    private static FeedItem Status(RecordedEvent recorded, string name, string status, DateTimeOffset at, string? error = null) =>
        new(recorded.Sequence, name, new { SessionId = recorded.Stream, Status = status, Timestamp = at, Error = error });

    private static FeedItem Metrics(RecordedEvent recorded, int epoch, DateTimeOffset at, IReadOnlyDictionary<string, double> metrics, int points)
    {
        var data = new JsonObject { ["session_id"] = recorded.Stream, ["epoch"] = epoch, ["timestamp"] = Json.Time(at), ["points"] = points };
        foreach (var (metric, value) in metrics)
        {
            data[metric] = value;
        }

        return new FeedItem(recorded.Sequence, "metrics", data);
    }
}

/// <summary><c>GET /api/v1/sse/training/{session_id}</c>.</summary>
internal static class SessionEventStream
{
    public static async Task Handle(HttpContext http, string sessionId, TrainingSessionQueries sessions, SessionFeed feed)
    {
        await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        var session = new StreamKey(http.Tenant(), sessionId);
        var after = EventStream.LastEventId(http);
        if (after > 0 && await feed.HasEnded(session, after, http.RequestAborted))
        {
            // By WHATWG HTML 9.2 this keeps an EventSource from coming again.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await EventStream.Write(http, feed.Follow(session, after, http.RequestAborted));
    }
}

/// <summary><c>GET /api/v1/ws/training/{session_id}</c>: the same messages over a WebSocket, each with its name and id in it, and <c>loss</c> beside <c>train_loss</c>.</summary>
internal static class SessionSocket
{
    public static async Task Handle(HttpContext http, string sessionId, TrainingSessionQueries sessions, SessionFeed feed)
    {
        await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw new Problem(ProblemKind.Unreadable, "This path speaks WebSocket (RFC 6455); Server-Sent Events are at /api/v1/sse/training/{session_id}.", "Upgrade", "websocket");
        }

        var after = EventStream.LastEventId(http);
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var listening = Listen(socket, gone);
        try
        {
            await foreach (var item in feed.Follow(new StreamKey(http.Tenant(), sessionId), after, gone.Token))
            {
                await socket.SendAsync(Message(item), WebSocketMessageType.Text, endOfMessage: true, gone.Token);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "The session is over.", gone.Token);
            await listening;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            await gone.CancelAsync();
            await listening;
        }
    }

    // What the reader says is not asked for; that it leaves is.
    private static async Task Listen(WebSocket socket, CancellationTokenSource gone)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), gone.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            return;
        }
        finally
        {
            await gone.CancelAsync();
        }
    }

    private static byte[] Message(FeedItem item)
    {
        var data = JsonSerializer.SerializeToNode(item.Data, item.Data.GetType(), Json.Options)!.AsObject();
        data["event"] = item.Name;
        data["id"] = item.Sequence;
        if (data["train_loss"] is { } loss && !data.ContainsKey("loss"))
        {
            data["loss"] = loss.DeepClone();
        }

        return JsonSerializer.SerializeToUtf8Bytes(data, Json.Options);
    }
}
