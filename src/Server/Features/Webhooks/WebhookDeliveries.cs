using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.Server.Features.Notifications;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>Something that waits to be delivered.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="MessageId">The message, by which a receiver recognises it when it comes again.</param>
/// <param name="Sequence">The event of the log behind it.</param>
/// <param name="Event">The event as it is spelled.</param>
/// <param name="Body">What is posted.</param>
/// <param name="Attempts">How often it was tried.</param>
internal sealed record PendingDelivery(string Id, string MessageId, long Sequence, string Event, string Body, int Attempts);

/// <summary>A delivery as it is shown.</summary>
internal sealed record DeliveryBody(
    string DeliveryId, string MessageId, string Event, long Sequence, string Status, int Attempts, int? StatusCode, string? Error,
    int? ResponseTimeMs, DateTimeOffset CreatedAt,
    DateTimeOffset? LastAttemptAt, DateTimeOffset? NextAttemptAt, DateTimeOffset? DeliveredAt);

/// <summary>Keeps what is to be delivered, and what came of each attempt.</summary>
internal sealed class WebhookDeliveries(NpgsqlDataSource database, TenantReads reads)
{
    public const string Pending = "pending", Delivered = "delivered", DeadLettered = "dead_lettered";

    /// <summary>All states.</summary>
    public static readonly string[] Statuses = [Pending, Delivered, DeadLettered];

    /// <summary>What is due for a webhook, the oldest event first.</summary>
    public async Task<IReadOnlyList<PendingDelivery>> Due(string tenant, string webhookId, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.Command(
            """
            select id, message_id, seq, event, body, attempts from webhook_deliveries
             where tenant_id = $1 and webhook_id = $2 and status = 'pending' and next_attempt <= $3 order by created, seq, id limit 100
            """,
            tenant, webhookId, now);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var due = new List<PendingDelivery>();
        while (await rows.ReadAsync(ct))
        {
            due.Add(new PendingDelivery(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetString(3),
                rows.GetString(4), rows.GetInt32(5)));
        }

        return due;
    }

    /// <summary>Notes what came of an attempt.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">The delivery.</param>
    /// <param name="status">Its state now.</param>
    /// <param name="answer">What the address answered.</param>
    /// <param name="at">When the attempt was over.</param>
    /// <param name="next">When it is tried again; null when it is not.</param>
    /// <param name="ct">Stops the command.</param>
    public async Task Note(string tenant, string id, string status, WebhookAnswer answer, DateTimeOffset at,
        DateTimeOffset? next, CancellationToken ct)
    {
        await using var command = database.Command(
            """
            update webhook_deliveries
               set status = $3, attempts = attempts + 1, last_attempt = $4, status_code = nullif($5, 0), response_ms = $6,
                   error = nullif($7, ''),
                   next_attempt = case when $3 = 'pending' then $8 end, delivered = case when $3 = 'delivered' then $4 end
             where tenant_id = $1 and id = $2
            """,
            tenant, id, status, at, answer.StatusCode ?? 0, answer.Milliseconds, answer.Error ?? string.Empty, next ?? at);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>When something is due next for a webhook; null when nothing waits.</summary>
    public async Task<DateTimeOffset?> NextAttempt(string tenant, string webhookId, CancellationToken ct)
    {
        await using var command = database.Command(
            "select min(next_attempt) from webhook_deliveries where tenant_id = $1 and webhook_id = $2 and status = 'pending'",
            tenant, webhookId);
        return await command.ExecuteScalarAsync(ct) is DateTime next ? new DateTimeOffset(next, TimeSpan.Zero) : null;
    }

    /// <summary>Gives up what waits for a webhook that takes nothing any more.</summary>
    public async Task GiveUp(string tenant, string webhookId, string reason, CancellationToken ct)
    {
        await using var command = database.Command(
            "update webhook_deliveries set status = 'dead_lettered', next_attempt = null, error = $3 where tenant_id = $1 and webhook_id "
                + "= $2 and status = 'pending'",
            tenant, webhookId, reason);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Forgets what was over before a time.</summary>
    public async Task Forget(DateTimeOffset before, CancellationToken ct)
    {
        await using var command = database.Command("delete from webhook_deliveries where status <> 'pending' and created < $1", before);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A page of a webhook's deliveries, newest first.</summary>
    public async Task<(IReadOnlyList<DeliveryBody> Page, long Total)> List(string tenant, string webhookId, string? status,
        Paging paging, CancellationToken ct)
    {
        const string Condition = "tenant_id = $1 and webhook_id = $2 and ($3 = '' or status = $3)";
        await using var command = reads.CreateCommand(tenant, $"""
            select (select count(*) from webhook_deliveries where {Condition}), id, message_id, event, seq, status, attempts, status_code,
                error, response_ms, created,
                   last_attempt, next_attempt, delivered
              from (select 1) one left join (
                   select * from webhook_deliveries where {Condition}
                       order by created desc, seq desc, id desc limit {paging.Limit} offset {paging.Offset}) page on true
            """);
        foreach (var value in new[] { tenant, webhookId, status ?? string.Empty })
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var rows = await command.ExecuteReaderAsync(ct);
        var (page, total) = (new List<DeliveryBody>(), 0L);
        while (await rows.ReadAsync(ct))
        {
            total = rows.GetInt64(0);
            if (!rows.IsDBNull(1))
            {
                page.Add(Body(rows));
            }
        }

        return (page, total);
    }

    private static DeliveryBody Body(NpgsqlDataReader rows) => new(
        rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetInt64(4), rows.GetString(5), rows.GetInt32(6), rows.IsDBNull(7)
            ? null : rows.GetInt32(7),
        rows.IsDBNull(8) ? null : rows.GetString(8), rows.IsDBNull(9)
            ? null : rows.GetInt32(9), rows.GetFieldValue<DateTimeOffset>(10), Time(rows, 11), Time(rows, 12), Time(rows, 13));

    private static DateTimeOffset? Time(NpgsqlDataReader rows, int column) => rows.IsDBNull(column)
        ? null : rows.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>Has deliveries written in the transaction of whoever decides on them.</summary>
internal static class DeliveryOperations
{
    /// <summary>Queues one delivery of an event to a webhook; for the same occasion it is written once.</summary>
    /// <param name="operations">The transaction.</param>
    /// <param name="recorded">The event.</param>
    /// <param name="webhook">The webhook.</param>
    /// <param name="name">What the event is called.</param>
    /// <param name="notification">What it means.</param>
    /// <param name="occasion">The event that makes the delivery: the same one, or the request for a replay.</param>
    /// <param name="created">When that was.</param>
    public static void QueueDelivery(
        this IDocumentOperations operations, IEvent recorded, Webhook webhook, string name, EventNotification notification,
        Guid occasion, DateTimeOffset created)
    {
        var spelling = webhook.SpellingOf(name)!;
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{webhook.Id}\n{recorded.Id:N}\n{occasion:N}")))[..32];
        operations.QueueSqlCommand(
            """
            insert into webhook_deliveries (tenant_id, id, webhook_id, message_id, seq, event, body, status, created, next_attempt)
            values (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?) on conflict (tenant_id, id) do nothing
            """,
            recorded.TenantId, $"delivery_{id}", webhook.Id!, $"msg_{recorded.Id:N}", recorded.Sequence, spelling,
            new WebhookPayload(spelling, notification.At, notification.Data).Json(), created, created);
    }
}
