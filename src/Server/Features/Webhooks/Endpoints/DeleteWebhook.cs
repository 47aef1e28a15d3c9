using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>Deletes a webhook with its secrets and what was to be delivered.</summary>
internal sealed class DeleteWebhook(IGrainFactory grains, WebhookSecrets secrets) : Endpoint<DeleteWebhook.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string WebhookId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/webhooks/{webhook_id}");
        this.Needs(Access.Build);
        this.Answers("Webhook deleted successfully");
        Summary(s => s.Summary = "Delete a webhook");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, tenant, id) = (HttpContext, HttpContext.Tenant(), ResourceId.Canonical("webhook", request.WebhookId));
        await grains.Of<IWebhookGrain>(tenant, id).Delete(ct);
        await secrets.Delete(tenant, id, ct);
        return new Confirmation("Webhook deleted successfully");
    }
}
