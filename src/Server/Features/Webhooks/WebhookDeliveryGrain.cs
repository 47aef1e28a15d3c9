using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <inheritdoc cref="IWebhookDeliveryGrain"/>
internal sealed class WebhookDeliveryGrain(
    AggregateStore aggregates, WebhookDeliveries deliveries, WebhookSecrets secrets, WebhookPost post,
    RetrySchedule schedule, TimeProvider time)
    : Grain, IWebhookDeliveryGrain
{
    private static readonly EventMetadata Metadata = new("system:webhook_sender");

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> Deliver(CancellationToken ct)
    {
        RequestMetadata.Set(Metadata);
        var (tenant, webhookId) = GrainKey.Parse(this.GetPrimaryKeyString());
        var webhook = await aggregates.Load<Webhook>(tenant, webhookId, ct);
        if (!webhook.IsActive)
        {
            await deliveries.GiveUp(tenant, webhookId, webhook.Disabled ?? "the webhook was deleted", ct);
            return null;
        }

        var keys = await secrets.Of(tenant, webhookId, ct);
        foreach (var due in await deliveries.Due(tenant, webhookId, time.GetUtcNow(), ct))
        {
            if (!await Attempt(tenant, webhook, due, keys, ct))
            {
                break;
            }
        }

        return await deliveries.NextAttempt(tenant, webhookId, ct);
    }

    /// <summary>Tries once, and notes what came of it.</summary>
    /// <returns>False when the address wants nothing more.</returns>
    private async Task<bool> Attempt(string tenant, Webhook webhook, PendingDelivery due, IReadOnlyList<string> keys, CancellationToken ct)
    {
        var answer = await post.Send(webhook.Url, due.MessageId, due.Body, keys, ct);
        var (now, attempt) = (time.GetUtcNow(), due.Attempts + 1);
        if (answer.Success)
        {
            await deliveries.Note(tenant, due.Id, WebhookDeliveries.Delivered, answer, now, null, ct);
            return true;
        }

        var grain = GrainFactory.Of<IWebhookGrain>(tenant, webhook.Id!);
        if (answer.StatusCode == StatusCodes.Status410Gone)
        {
            await grain.Disable(WebhookDisabled.Gone, ct);
            await deliveries.Note(tenant, due.Id, WebhookDeliveries.DeadLettered, answer, now, null, ct);
            return false;
        }

        if (schedule.After(attempt, answer.RetryAfter, Random.Shared.NextDouble()) is { } wait)
        {
            await deliveries.Note(tenant, due.Id, WebhookDeliveries.Pending, answer, now, now + wait, ct);
            return true;
        }

        var dead = new WebhookDeliveryDeadLettered(due.Id, due.Event, due.Sequence, attempt, answer.Error!, now);
        await grain.GiveUp(dead, ct);
        await deliveries.Note(tenant, due.Id, WebhookDeliveries.DeadLettered, answer, now, null, ct);
        return true;
    }
}
