using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>Lists what was delivered in the last thirty days, what is tried again, what was given up.</summary>
internal sealed class ListWebhookDeliveries(WebhookQueries queries, WebhookDeliveries deliveries)
    : Endpoint<ListWebhookDeliveries.Request, ListWebhookDeliveries.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string WebhookId { get; init; } = string.Empty;

        [QueryParam]
        public string? Status { get; init; }

        [Paged(50)]
        public Paging Page { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Status).OneOf(WebhookDeliveries.Statuses);
    }

    public new sealed record Response(IReadOnlyList<DeliveryBody> Deliveries, long Total, int Limit, int Offset);

    public override void Configure()
    {
        Get("/api/v1/webhooks/{webhook_id}/deliveries");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "A webhook's deliveries, newest first";
            s.Params["status"] = "Only those in a state.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var tenant = HttpContext.Tenant();
        var webhook = await queries.Get(tenant, ResourceId.Canonical("webhook", request.WebhookId), ct);
        var (page, total) = await deliveries.List(tenant, webhook.Id!, request.Status, request.Page, ct);
        return new Response(page, total, request.Page.Limit, request.Page.Offset);
    }
}
