using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// <c>POST /api/v1/webhooks/{webhook_id}/replay</c>: delivers what the webhook is subscribed to from a range of the log, of sequence numbers,
/// times or both, under the message ids of the first time.
/// </summary>
internal static class ReplayWebhook
{
    /// <summary>More than these are not replayed at once.</summary>
    public const int MaxEvents = 10_000;

    /// <param name="FromSequence">The first event of the log.</param>
    /// <param name="ToSequence">The last one; the end of the log unless told.</param>
    /// <param name="StartTime">Only events at or after this time.</param>
    /// <param name="EndTime">Only events before this time.</param>
    public sealed record Request(long? FromSequence = null, long? ToSequence = null, DateTimeOffset? StartTime = null, DateTimeOffset? EndTime = null);

    /// <param name="WebhookId">The webhook.</param>
    /// <param name="Queued">How many deliveries there will be.</param>
    /// <param name="FromSequence">The first event that is looked at.</param>
    /// <param name="ToSequence">The last one.</param>
    public sealed record Response(string WebhookId, int Queued, long FromSequence, long ToSequence);

    public static async Task<IResult> Handle(HttpContext http, string webhookId, Silo silo, WebhookQueries queries, WebhookFanOut fanOut, EventStore store, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var (tenant, ct, id) = (http.Tenant(), http.RequestAborted, ResourceId.Canonical("webhook", webhookId));
        var webhook = await queries.Get(tenant, id, ct);
        var wanted = Range(request, await store.Events.Head(ct), time.GetUtcNow());
        var events = await store.Events.Page(WebhookFanOut.FilterOf(tenant, wanted, fanOut.WantedBy(webhook)), MaxEvents + 1, ct);
        if (events.Count > MaxEvents)
        {
            throw Problem.Invalid("to_sequence", $"a range with at most {MaxEvents} events that the webhook is subscribed to");
        }

        await silo.Grain<WebhookGrain>(tenant, id).Call((grain, token) => grain.Replay(wanted, http.EventMetadata(), token), ct);
        return Reply.Accepted($"/api/v1/webhooks/{id}/deliveries", new Response(id, events.Count, wanted.FromSequence, wanted.ToSequence), "Replay requested");
    }

    private static WebhookReplayRequested Range(Request request, long head, DateTimeOffset now)
    {
        if (request.FromSequence is null && request.StartTime is null)
        {
            throw Problem.Invalid("from_sequence", "a sequence number, or start_time");
        }

        var (from, to) = (request.FromSequence ?? 1, Math.Min(head, request.ToSequence ?? head));
        if (from < 1)
        {
            throw Problem.Invalid("from_sequence", "a whole number of at least 1", from);
        }

        if (request.ToSequence < from)
        {
            throw Problem.Invalid("to_sequence", $"a whole number of at least {from}", request.ToSequence);
        }

        return request.EndTime <= request.StartTime
            ? throw Problem.Invalid("end_time", "a time after start_time")
            : new WebhookReplayRequested(from, to, request.StartTime, request.EndTime, now);
    }
}
