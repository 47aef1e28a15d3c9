using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>Posts one signed message now, and says what came of it. It is not tried again.</summary>
internal sealed class TestWebhook(WebhookQueries queries, WebhookSecrets secrets, WebhookPost post, TimeProvider time)
    : Endpoint<TestWebhook.Request, TestWebhook.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string WebhookId { get; init; } = string.Empty;
    }

    /// <param name="Success">Whether the address answered 2xx.</param>
    /// <param name="StatusCode">What it answered; null when it did not.</param>
    /// <param name="ResponseTimeMs">How long that took.</param>
    /// <param name="Error">What went wrong; null when nothing did.</param>
    public new sealed record Response(bool Success, int? StatusCode, int ResponseTimeMs, string? Error);

    public override void Configure()
    {
        Post("/api/v1/webhooks/{webhook_id}/test");
        this.Needs(Access.Build);
        Summary(s => s.Summary = "Post a signed message to a webhook now");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var tenant = HttpContext.Tenant();
        var webhook = await queries.Get(tenant, ResourceId.Canonical("webhook", request.WebhookId), ct);
        var payload = new WebhookPayload(EventNames.Test, time.GetUtcNow(),
            JsonSerializer.SerializeToElement(new { webhook_id = webhook.Id }));
        var answer = await post.Send(webhook.Url, ResourceId.New("msg"), payload.Json(), await secrets.Of(tenant, webhook.Id!, ct), ct);
        return new Response(answer.Success, answer.StatusCode, answer.Milliseconds, answer.Error);
    }
}
