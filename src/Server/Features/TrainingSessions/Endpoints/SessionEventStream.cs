using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>A session's events as they happen, as Server-Sent Events.</summary>
internal sealed class SessionEventStream(TrainingSessionQueries sessions, SessionFeed feed) : Endpoint<SessionEventStream.Request>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        // A training's feed has the same path; the API's description tells it once.
        Get("/api/v1/sse/training/{session_id:regex(^sess_)}");
        this.Needs(Access.Look);
        this.Streams("text/event-stream");
        Options(route => route.ExcludeFromDescription());
        Summary(s => s.Summary = "A session's events as they happen");
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var (http, sessionId) = (HttpContext, request.SessionId);
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
