using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>Lists the webhooks.</summary>
internal sealed class ListWebhooks(WebhookQueries queries, TimeProvider time) : Endpoint<ListWebhooks.Request, ListWebhooks.Response>
{
    public sealed record Request
    {
        [Paged(50)]
        public Paging Page { get; init; }
    }

    public new sealed record Response(IReadOnlyList<WebhookBody> Webhooks, long Total, int Limit, int Offset);

    public override void Configure()
    {
        Get("/api/v1/webhooks");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "List the webhooks, newest first");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var page = request.Page;
        var (webhooks, total) = await queries.List(HttpContext.Tenant(), page.Limit, page.Offset, ct);
        return new Response([.. webhooks.Select(webhook => WebhookQueries.Body(webhook, time.GetUtcNow()))], total, page.Limit,
            page.Offset);
    }
}
