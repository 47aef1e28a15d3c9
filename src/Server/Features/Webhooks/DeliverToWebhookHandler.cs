using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Wolverine;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// Has a webhook's deliveries made, and comes back when the next one is due: the retries of a delivery are scheduled messages.
/// </summary>
public static class DeliverToWebhookHandler
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);

    /// <summary>Handles the message; a second one at the same time waits for its turn at the webhook's line.</summary>
    public static async Task<object?> Handle(DeliverToWebhook message, IGrainFactory grains, TimeProvider time, CancellationToken ct)
    {
        if (await grains.Of<IWebhookDeliveryGrain>(message.Tenant, message.WebhookId).Deliver(ct) is not { } next)
        {
            return null;
        }

        var wait = next - time.GetUtcNow();
        return message.DelayedFor(wait > ShortestWait ? wait : ShortestWait);
    }
}
