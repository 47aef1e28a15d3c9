using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>Shows a webhook.</summary>
internal sealed class GetWebhook(WebhookQueries queries, TimeProvider time) : Endpoint<GetWebhook.Request, WebhookBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string WebhookId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/webhooks/{webhook_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A webhook");
    }

    public override async Task<WebhookBody> ExecuteAsync(Request request, CancellationToken ct) =>
        WebhookQueries.Body(await queries.Get(HttpContext.Tenant(), ResourceId.Canonical("webhook", request.WebhookId), ct),
            time.GetUtcNow());
}
