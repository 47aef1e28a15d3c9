using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>One webhook.</summary>
internal sealed class WebhookGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<Webhook>(aggregates), IWebhookGrain
{
    public Task<long> Register(WebhookRegistered wanted, CancellationToken ct) => Raise(state => Webhook.Register(state, wanted), ct);

    public Task<long> Change(string? url, IReadOnlyList<string>? events, bool? active, CancellationToken ct) =>
        Raise(state => Webhook.Change(state, StreamId, url, events, active, time.GetUtcNow()), ct);

    public Task<long> Rotate(DateTimeOffset overlapUntil, CancellationToken ct) =>
        Raise(state => Webhook.Rotate(state, StreamId, overlapUntil, time.GetUtcNow()), ct);

    public Task<long> Disable(string reason, CancellationToken ct) => Raise(state => Webhook.Disable(state, reason, time.GetUtcNow()), ct);

    public Task<long> GiveUp(WebhookDeliveryDeadLettered dead, CancellationToken ct) => Raise(state => Webhook.GiveUp(state, dead), ct);

    public Task<long> Replay(WebhookReplayRequested wanted, CancellationToken ct) =>
        Raise(state => Webhook.Replay(state, StreamId, wanted), ct);

    public Task<long> Delete(CancellationToken ct) => Raise(state => Webhook.Delete(state, StreamId, time.GetUtcNow()), ct);
}
