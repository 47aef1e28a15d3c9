using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary><c>PUT /api/v1/webhooks/{webhook_id}</c>: what is named is replaced, what is not stays.</summary>
internal static class ChangeWebhook
{
    private const string Active = "active", Disabled = "disabled";

    /// <param name="Url">Where to post.</param>
    /// <param name="Events">Which events.</param>
    /// <param name="Status"><c>active</c> or <c>disabled</c>.</param>
    public sealed record Request(string? Url = null, IReadOnlyList<string>? Events = null, string? Status = null);

    public static async Task<IResult> Handle(HttpContext http, string webhookId, Silo silo, OutwardAddresses addresses, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var url = request.Url is null ? null : WebhookCheck.Url(request.Url, addresses);
        var events = request.Events is null ? null : WebhookCheck.Events(request.Events);
        bool? active = request.Status switch
        {
            null => null,
            Active => true,
            Disabled => false,
            var other => throw Problem.Invalid("status", $"{Active} or {Disabled}", other),
        };
        var webhook = await silo.Grain<WebhookGrain>(http.Tenant(), ResourceId.Canonical("webhook", webhookId))
            .Call((grain, ct) => grain.Change(url, events, active, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(WebhookQueries.Body(webhook, time.GetUtcNow()), "Webhook updated successfully");
    }
}

/// <summary><c>POST /api/v1/webhooks/{webhook_id}/rotate</c>: a new secret; for a day the one before it signs as well.</summary>
internal static class RotateWebhookSecret
{
    /// <param name="Secret">The new secret; one is made unless told.</param>
    public sealed record Request(string? Secret = null);

    /// <param name="WebhookId">The webhook.</param>
    /// <param name="Secret">The secret that was made; null when it was given.</param>
    /// <param name="PreviousSecretUntil">Until when both sign.</param>
    public sealed record Response(string WebhookId, string? Secret, DateTimeOffset PreviousSecretUntil);

    public static async Task<IResult> Handle(HttpContext http, string webhookId, Silo silo, WebhookQueries queries, WebhookSecrets secrets)
    {
        var request = Body.IsAbsent(http) ? new Request() : await Body.Read<Request>(http);
        var (tenant, ct, id) = (http.Tenant(), http.RequestAborted, ResourceId.Canonical("webhook", webhookId));
        var given = request.Secret is null ? null : Signature.Check(request.Secret);
        await queries.Get(tenant, id, ct);
        var made = given is null ? Signature.Generate() : null;
        var until = await secrets.Add(tenant, id, given ?? made!, ct);
        await silo.Grain<WebhookGrain>(tenant, id).Call((grain, token) => grain.Rotate(until, http.EventMetadata(), token), ct);
        return Reply.Ok(new Response(id, made, until), "Webhook secret rotated");
    }
}

/// <summary><c>DELETE /api/v1/webhooks/{webhook_id}</c>: with its secrets and what was to be delivered.</summary>
internal static class DeleteWebhook
{
    public static async Task<IResult> Handle(HttpContext http, string webhookId, Silo silo, WebhookSecrets secrets)
    {
        var (tenant, ct, id) = (http.Tenant(), http.RequestAborted, ResourceId.Canonical("webhook", webhookId));
        await silo.Grain<WebhookGrain>(tenant, id).Call((grain, token) => grain.Delete(http.EventMetadata(), token), ct);
        await secrets.Delete(tenant, id, ct);
        return Reply.Ok(new Confirmation("Webhook deleted successfully"), "Webhook deleted successfully");
    }
}
