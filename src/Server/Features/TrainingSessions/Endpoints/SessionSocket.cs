using System.Net.WebSockets;
using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>
/// A session's events as they happen, over a WebSocket, each with its name and id in it, and <c>loss</c> beside <c>train_loss</c>.
/// </summary>
internal sealed class SessionSocket(TrainingSessionQueries sessions, SessionFeed feed) : Endpoint<SessionSocket.Request>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;

        [QueryParam]
        public string? LastEventId { get; init; }
    }

    public override void Configure()
    {
        Get("/api/v1/ws/training/{session_id}");
        this.Needs(Access.Look);
        this.Streams("application/json");
        Summary(s =>
        {
            s.Summary = "A session's events as they happen, over a WebSocket";
            s.Params["last_event_id"] = "The id of the last event seen; the feed goes on after it.";
        });
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var (http, sessionId) = (HttpContext, request.SessionId);
        await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw new Problem(
                ProblemKind.Unreadable,
                "This path speaks WebSocket (RFC 6455); Server-Sent Events are at /api/v1/sse/training/{session_id}.", "Upgrade",
                "websocket");
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
