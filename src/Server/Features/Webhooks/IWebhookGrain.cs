namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>One webhook.</summary>
[Alias("esa.Webhook")]
public interface IWebhookGrain : IGrainWithStringKey
{
    [Alias("Register")]
    Task<long> Register(WebhookRegistered wanted, CancellationToken ct);

    [Alias("Change")]
    Task<long> Change(string? url, IReadOnlyList<string>? events, bool? active, CancellationToken ct);

    [Alias("Rotate")]
    Task<long> Rotate(DateTimeOffset overlapUntil, CancellationToken ct);

    [Alias("Disable")]
    Task<long> Disable(string reason, CancellationToken ct);

    [Alias("GiveUp")]
    Task<long> GiveUp(WebhookDeliveryDeadLettered dead, CancellationToken ct);

    [Alias("Replay")]
    Task<long> Replay(WebhookReplayRequested wanted, CancellationToken ct);

    [Alias("Delete")]
    Task<long> Delete(CancellationToken ct);
}
