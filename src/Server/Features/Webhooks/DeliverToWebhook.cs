namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>Asks for what is due for a webhook to be delivered.</summary>
/// <param name="Tenant">Whose webhook.</param>
/// <param name="WebhookId">The webhook.</param>
public sealed record DeliverToWebhook(string Tenant, string WebhookId);
