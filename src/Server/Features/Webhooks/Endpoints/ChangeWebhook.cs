using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>Changes, disables or enables a webhook: what is named is replaced, what is not stays.</summary>
internal sealed class ChangeWebhook(IGrainFactory grains, WebhookQueries queries, OutwardAddresses addresses, TimeProvider time)
    : Endpoint<ChangeWebhook.Request, WebhookBody>
{
    private const string Active = "active", Disabled = "disabled";

    /// <param name="Url">Where to post.</param>
    /// <param name="Events">Which events.</param>
    /// <param name="Status"><c>active</c> or <c>disabled</c>.</param>
    public sealed record Request(string? Url = null, IReadOnlyList<string>? Events = null, string? Status = null)
    {
        [RouteParam]
        public string WebhookId { get; init; } = string.Empty;
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Events).Events();
            RuleFor(r => r.Status).Must(status => status is null or Active or Disabled).Expecting($"{Active} or {Disabled}", showing: true);
        }
    }

    public override void Configure()
    {
        Put("/api/v1/webhooks/{webhook_id}");
        this.Needs(Access.Build);
        this.Answers("Webhook updated successfully");
        Summary(s => s.Summary = "Change, disable or enable a webhook");
    }

    public override async Task<WebhookBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (tenant, id) = (HttpContext.Tenant(), ResourceId.Canonical("webhook", request.WebhookId));
        var url = request.Url is null ? null : WebhookFields.Url(request.Url, addresses);
        var events = request.Events is null ? null : WebhookFields.Distinct(request.Events);
        bool? active = request.Status is null ? null : request.Status == Active;
        await grains.Of<IWebhookGrain>(tenant, id).Change(url, events, active, ct);
        return WebhookQueries.Body(await queries.Get(tenant, id, ct), time.GetUtcNow());
    }
}
