using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>Gives a webhook a new secret; for a day the one before it signs as well.</summary>
internal sealed class RotateWebhookSecret(IGrainFactory grains, WebhookQueries queries, WebhookSecrets secrets)
    : Endpoint<RotateWebhookSecret.Request, RotateWebhookSecret.Response>
{
    /// <param name="Secret">The new secret; one is made unless told.</param>
    public sealed record Request(string? Secret = null)
    {
        [RouteParam]
        public string WebhookId { get; init; } = string.Empty;
    }

    /// <param name="WebhookId">The webhook.</param>
    /// <param name="Secret">The secret that was made; null when it was given.</param>
    /// <param name="PreviousSecretUntil">Until when both sign.</param>
    public new sealed record Response(string WebhookId, string? Secret, DateTimeOffset PreviousSecretUntil);

    public override void Configure()
    {
        Post("/api/v1/webhooks/{webhook_id}/rotate");
        this.Needs(Access.Build);
        this.Answers("Webhook secret rotated");
        this.BodyIsOptional();
        Summary(s => s.Summary = "Give a webhook a new secret");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, tenant, id) = (HttpContext, HttpContext.Tenant(), ResourceId.Canonical("webhook", request.WebhookId));
        var given = request.Secret is null ? null : Signature.Check(request.Secret);
        await queries.Get(tenant, id, ct);
        var made = given is null ? Signature.Generate() : null;
        var until = await secrets.Add(tenant, id, given ?? made!, ct);
        await grains.Of<IWebhookGrain>(tenant, id).Rotate(until, ct);
        return new Response(id, made, until);
    }
}
