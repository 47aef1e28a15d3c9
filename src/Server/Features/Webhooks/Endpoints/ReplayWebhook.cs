using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>
/// Delivers what the webhook is subscribed to from a range of the log, of sequence numbers, times or both, under the message ids of the
/// first time.
/// </summary>
internal sealed class ReplayWebhook(
    IGrainFactory grains, WebhookQueries queries, AggregateStore aggregates, HighWaterMark mark, TimeProvider time)
    : Endpoint<ReplayWebhook.Request, ReplayWebhook.Response>
{
    /// <summary>More than these are not replayed at once.</summary>
    public const int MaxEvents = 10_000;

    /// <param name="FromSequence">The first event of the log.</param>
    /// <param name="ToSequence">The last one; the end of the log unless told.</param>
    /// <param name="StartTime">Only events at or after this time.</param>
    /// <param name="EndTime">Only events before this time.</param>
    public sealed record Request(long? FromSequence = null, long? ToSequence = null, DateTimeOffset? StartTime = null,
        DateTimeOffset? EndTime = null)
    {
        [RouteParam]
        public string WebhookId { get; init; } = string.Empty;
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.FromSequence).NotNull().When(r => r.StartTime is null).Expecting("a sequence number, or start_time");
            RuleFor(r => r.FromSequence).Must(from => from is null or >= 1).Expecting("a whole number of at least 1", showing: true);
            RuleFor(r => r).Custom((range, context) =>
            {
                if (range.ToSequence < (range.FromSequence ?? 1))
                {
                    context.Refuse("to_sequence", $"a whole number of at least {range.FromSequence ?? 1}", range.ToSequence);
                }
                else if (range.EndTime <= range.StartTime)
                {
                    context.Refuse("end_time", "a time after start_time");
                }
            });
        }
    }

    /// <param name="WebhookId">The webhook.</param>
    /// <param name="Queued">How many deliveries there will be.</param>
    /// <param name="FromSequence">The first event that is looked at.</param>
    /// <param name="ToSequence">The last one.</param>
    public new sealed record Response(string WebhookId, int Queued, long FromSequence, long ToSequence);

    public override void Configure()
    {
        Post("/api/v1/webhooks/{webhook_id}/replay");
        this.Needs(Access.Build);
        this.Answers(StatusCodes.Status202Accepted, "Replay requested");
        Summary(s => s.Summary = "Deliver a range of the log");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, tenant, id) = (HttpContext, HttpContext.Tenant(), ResourceId.Canonical("webhook", request.WebhookId));
        var webhook = await queries.Get(tenant, id, ct);
        var end = mark.Sequence;
        var wanted = new WebhookReplayRequested(
            request.FromSequence ?? 1, Math.Min(end, request.ToSequence ?? end), request.StartTime, request.EndTime, time.GetUtcNow());
        await using var session = aggregates.Query(tenant);
        var events = await WebhookFanOut.Replayed(wanted, webhook, session, ct, MaxEvents + 1);
        if (events.Count > MaxEvents)
        {
            throw Problem.Invalid("to_sequence", $"a range with at most {MaxEvents} events that the webhook is subscribed to");
        }

        await grains.Of<IWebhookGrain>(tenant, id).Replay(wanted, ct);
        http.Locate($"/api/v1/webhooks/{id}/deliveries");
        return new Response(id, events.Count, wanted.FromSequence, wanted.ToSequence);
    }
}
