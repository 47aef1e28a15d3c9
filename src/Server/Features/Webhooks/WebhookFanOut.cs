using EventSourcedAnomaly.Server.Features.Notifications;
using EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Wolverine;
using Wolverine.Marten.Subscriptions;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// Notes for every event what is to be delivered where, and has it delivered. The notes, the messages and how far the log has been read
/// are one transaction, so that each event makes one delivery to each webhook that wants it, whatever crashes; from there on it is
/// delivered at least once.
/// </summary>
internal sealed class WebhookFanOut : BatchSubscription
{
    /// <summary>The events that webhooks can be told of, with what each is called.</summary>
    public static readonly IReadOnlyDictionary<Type, string> Announced =
        EventNotificationReader.Names.Where(pair => EventNames.Find(pair.Value) is not null)
            .ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>Subscribes to them.</summary>
    public WebhookFanOut()
        : base("webhook_fan_out")
    {
        foreach (var type in Announced.Keys)
        {
            IncludeType(type);
        }

        IncludeType<WebhookReplayRequested>();
        IncludeType<WebhookDeleted>();
    }

    /// <summary>The stored names of the events that a webhook wants.</summary>
    public static string[] WantedBy(Webhook webhook) =>
        [.. Announced.Where(pair => webhook.SpellingOf(pair.Value) is not null).Select(pair => EventSchema.NameOf(pair.Key))];

    /// <inheritdoc/>
    public override async Task ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, IMessageBus bus,
        CancellationToken cancellationToken)
    {
        var notified = new HashSet<DeliverToWebhook>();
        foreach (var tenant in page.Events.GroupBy(recorded => recorded.TenantId))
        {
            await using var session = operations.DocumentStore.QuerySession(tenant.Key);
            var webhooks = (await session.Query<Webhook>().ToListAsync(cancellationToken)).Where(webhook => webhook.IsActive).ToArray();
            foreach (var recorded in tenant)
            {
                notified.UnionWith(await Note(recorded, webhooks, session, operations, cancellationToken));
            }
        }

        foreach (var message in notified)
        {
            await bus.PublishAsync(message);
        }
    }

    private static async Task<IReadOnlyList<DeliverToWebhook>> Note(
        IEvent recorded, IReadOnlyList<Webhook> webhooks, IQuerySession session, IDocumentOperations operations, CancellationToken ct)
    {
        switch (recorded.Data)
        {
            case WebhookDeleted:
                operations.QueueSqlCommand("delete from webhook_deliveries where tenant_id = ? and webhook_id = ?",
                    recorded.TenantId, recorded.StreamKey!);
                operations.QueueSqlCommand("delete from webhook_secrets where tenant_id = ? and webhook_id = ?",
                    recorded.TenantId, recorded.StreamKey!);
                return [];
            case WebhookReplayRequested replay when webhooks.FirstOrDefault(webhook => webhook.Id == recorded.StreamKey) is { } webhook:
                foreach (var past in await Replayed(replay, webhook, session, ct))
                {
                    operations.QueueDelivery(past, webhook, Announced[past.EventType], await EventNotificationReader.Of(past, session, ct),
                        recorded.Id, recorded.Timestamp);
                }

                return [new DeliverToWebhook(recorded.TenantId, webhook.Id!)];
            case WebhookReplayRequested:
                return [];
            default:
                return await NoteAnnounced(recorded, webhooks, session, operations, ct);
        }
    }

    private static async Task<IReadOnlyList<DeliverToWebhook>> NoteAnnounced(
        IEvent recorded, IReadOnlyList<Webhook> webhooks, IQuerySession session, IDocumentOperations operations, CancellationToken ct)
    {
        var name = Announced[recorded.EventType];
        var wanting = webhooks.Where(webhook => recorded.Timestamp >= webhook.ActiveSince && webhook.SpellingOf(name) is not null)
            .ToArray();
        if (wanting.Length == 0)
        {
            return [];
        }

        var notification = await EventNotificationReader.Of(recorded, session, ct);
        foreach (var webhook in wanting)
        {
            operations.QueueDelivery(recorded, webhook, name, notification, recorded.Id, recorded.Timestamp);
        }

        return [.. wanting.Select(webhook => new DeliverToWebhook(recorded.TenantId, webhook.Id!))];
    }

    /// <summary>The events that a replay is about, oldest first.</summary>
    public static async Task<IReadOnlyList<IEvent>> Replayed(WebhookReplayRequested wanted, Webhook webhook, IQuerySession session,
        CancellationToken ct, int limit = ReplayWebhook.MaxEvents)
    {
        var types = WantedBy(webhook);
        var events = session.Events.QueryAllRawEvents().Where(recorded =>
            recorded.Sequence >= wanted.FromSequence && recorded.Sequence <= wanted.ToSequence && recorded.EventTypeName.IsOneOf(types));
        events = wanted.From is { } from ? events.Where(recorded => recorded.Timestamp >= from) : events;
        events = wanted.To is { } to ? events.Where(recorded => recorded.Timestamp < to) : events;
        return await events.OrderBy(recorded => recorded.Sequence).Take(limit).ToListAsync(ct);
    }
}
