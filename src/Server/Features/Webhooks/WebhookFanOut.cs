using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Notifications;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>What is posted: the same on every surface.</summary>
internal sealed record WebhookPayload(string Event, DateTimeOffset Timestamp, JsonElement Data)
{
    /// <summary>As it is signed and sent.</summary>
    public string Json() => JsonSerializer.Serialize(this, Infrastructure.Http.Json.Options);
}

/// <summary>
/// Notes for every event what is to be delivered where. The notes and how far the log has been read are one transaction, so that each
/// event makes one delivery to each webhook that wants it, whatever crashes; from there on it is delivered at least once.
/// </summary>
internal sealed class WebhookFanOut(EventStore store, EventNotificationReader reader) : IProjection
{
    private static readonly IReadOnlyDictionary<Type, string> Tellable =
        EventNotificationReader.Names.Where(pair => EventNames.Find(pair.Value) is not null).ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <inheritdoc/>
    public string Name => "webhook_fan_out";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [.. Tellable.Keys, typeof(WebhookReplayRequested), typeof(WebhookDeleted)];

    /// <summary>The stored names of the events that a webhook wants.</summary>
    public IReadOnlyCollection<string> WantedBy(Webhook webhook) =>
        [.. store.Types.NamesOf([.. Tellable.Where(pair => webhook.SpellingOf(pair.Value) is not null).Select(pair => pair.Key)])];

    /// <inheritdoc/>
    public async Task Project(IReadOnlyList<Delivery> events, NpgsqlConnection connection, CancellationToken ct)
    {
        var webhooks = await Webhooks(events.Select(delivery => delivery.Recorded.Tenant).Distinct().ToArray(), connection, ct);
        foreach (var delivery in events)
        {
            var recorded = delivery.Recorded;
            switch (delivery.Event)
            {
                case WebhookDeleted:
                    await connection.Execute("delete from webhook_deliveries where tenant_id = $1 and webhook_id = $2", ct, recorded.Tenant, recorded.Stream);
                    await connection.Execute("delete from webhook_secrets where tenant_id = $1 and webhook_id = $2", ct, recorded.Tenant, recorded.Stream);
                    break;
                case WebhookReplayRequested wanted:
                    foreach (var webhook in webhooks[recorded.Tenant].Where(webhook => webhook.Id == recorded.Stream))
                    {
                        await Replay(recorded, wanted, webhook, connection, ct);
                    }

                    break;
                default:
                    foreach (var webhook in webhooks[recorded.Tenant].Where(webhook => recorded.Timestamp >= webhook.ActiveSince))
                    {
                        await Note(delivery, webhook, recorded.Timestamp, connection, ct);
                    }

                    break;
            }
        }
    }

    private async Task Replay(RecordedEvent request, WebhookReplayRequested wanted, Webhook webhook, NpgsqlConnection connection, CancellationToken ct)
    {
        var filter = FilterOf(request.Tenant, wanted, WantedBy(webhook));
        foreach (var past in await store.Events.Page(filter, ReplayWebhook.MaxEvents, ct))
        {
            await Note(new Delivery(past, store.Types.Deserialize(past)), webhook, request.Timestamp, connection, ct);
        }
    }

    /// <summary>The events that a replay is about.</summary>
    public static EventFilter FilterOf(string tenant, WebhookReplayRequested wanted, IReadOnlyCollection<string> types) =>
        new() { Tenant = tenant, After = wanted.FromSequence - 1, Until = wanted.ToSequence, From = wanted.From, To = wanted.To, Types = types };

    private async Task Note(Delivery delivery, Webhook webhook, DateTimeOffset created, NpgsqlConnection connection, CancellationToken ct)
    {
        if (webhook.SpellingOf(Tellable[delivery.Event.GetType()]) is not { } spelling)
        {
            return;
        }

        var (recorded, news) = (delivery.Recorded, await reader.Of(delivery, ct));
        await connection.Execute(
            """
            insert into webhook_deliveries (tenant_id, id, webhook_id, message_id, seq, event, body, status, created, next_attempt)
            values ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $8)
            """,
            ct, recorded.Tenant, ResourceId.New("delivery"), webhook.Id!, $"msg_{recorded.Id:N}", recorded.Sequence, spelling,
            new WebhookPayload(spelling, news.At, news.Data).Json(), created);
    }

    private static async Task<ILookup<string, Webhook>> Webhooks(string[] tenants, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select tenant_id, snapshot from mt_streams where type = 'webhook' and tenant_id = any($1) order by created, id", connection)
        {
            Parameters = { new() { Value = tenants } },
        };
        await using var rows = await command.ExecuteReaderAsync(ct);
        var found = new List<(string Tenant, Webhook Webhook)>();
        while (await rows.ReadAsync(ct))
        {
            found.Add((rows.GetString(0), JsonSerializer.Deserialize<Webhook>(rows.GetFieldValue<byte[]>(1), EventJson.Options)!));
        }

        return found.Where(pair => pair.Webhook.IsActive).ToLookup(pair => pair.Tenant, pair => pair.Webhook);
    }
}
