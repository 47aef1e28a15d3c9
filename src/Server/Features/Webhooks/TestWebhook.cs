using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary><c>POST /api/v1/webhooks/{webhook_id}/test</c>: posts one signed message now, and says what came of it. It is not tried again.</summary>
internal static class TestWebhook
{
    /// <param name="Success">Whether the address answered 2xx.</param>
    /// <param name="StatusCode">What it answered; null when it did not.</param>
    /// <param name="ResponseTimeMs">How long that took.</param>
    /// <param name="Error">What went wrong; null when nothing did.</param>
    public sealed record Response(bool Success, int? StatusCode, int ResponseTimeMs, string? Error);

    public static async Task<IResult> Handle(HttpContext http, string webhookId, WebhookQueries queries, WebhookSecrets secrets, WebhookPost post, TimeProvider time)
    {
        var (tenant, ct) = (http.Tenant(), http.RequestAborted);
        var webhook = await queries.Get(tenant, ResourceId.Canonical("webhook", webhookId), ct);
        var payload = new WebhookPayload(EventNames.Test, time.GetUtcNow(), JsonSerializer.SerializeToElement(new { webhook_id = webhook.Id }));
        var answer = await post.Send(webhook.Url, ResourceId.New("msg"), payload.Json(), await secrets.Of(tenant, webhook.Id!, ct), ct);
        return Reply.Ok(new Response(answer.Success, answer.StatusCode, answer.Milliseconds, answer.Error));
    }
}
