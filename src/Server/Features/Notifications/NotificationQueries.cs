using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>Something to tell the people of a tenant.</summary>
/// <param name="Sequence">The event that it is about.</param>
/// <param name="Id">Its id, after the event's.</param>
/// <param name="Type"><c>training</c>, <c>alert</c> or <c>system</c>.</param>
/// <param name="Priority"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="Message">In words.</param>
/// <param name="Data">In figures.</param>
/// <param name="CreatedAt">When it happened.</param>
internal sealed record Notification(long Sequence, string Id, string Type, string Priority, string Message, JsonElement Data,
    DateTimeOffset CreatedAt)
{
    /// <summary>The notification of an event; null when people are not notified of it.</summary>
    public static async Task<Notification?> Of(IEvent recorded, IQuerySession session, CancellationToken ct) =>
        await EventNotificationReader.Of(recorded, session, ct) is { NotificationContent: { } content } told
            ? new Notification(recorded.Sequence, $"notif_{recorded.Id:N}", content.Type, content.Priority,
                told.Message, told.Data, told.At)
            : null;
}

/// <summary>Which notifications somebody wants to see.</summary>
/// <param name="Type">Only of a type.</param>
/// <param name="Priority">Only of a priority.</param>
/// <param name="UnreadOnly">Only what was not read.</param>
/// <param name="Inbox">What was read and cleared.</param>
internal sealed record NotificationFilter(string? Type, string? Priority, bool UnreadOnly, Inbox Inbox)
{
    public bool Takes(Notification notification) =>
        notification.Sequence > Inbox.ClearedUpTo && (Type is null || notification.Type == Type)
            && (Priority is null || notification.Priority == Priority)
        && !(UnreadOnly && Inbox.Read.Contains(notification.Sequence));
}

/// <summary>
/// Finds a tenant's notifications: those that are projected, and before them those of the log's last events, which are yet to be, so
/// that whoever ended a training finds the notification at once.
/// </summary>
internal sealed class NotificationQueries(AggregateStore aggregates, NpgsqlDataSource database, Progressions progressions)
{
    private const int MaxTail = 1000;
    private const string Columns = "seq, id, type, priority, message, data, created";

    /// <summary>What a user or key has read and cleared.</summary>
    public async Task<Inbox> InboxOf(string tenant, string principal, CancellationToken ct) =>
        (await aggregates.Load<Inbox>(tenant, Inbox.StreamOf(principal), ct));

    /// <summary>A page of what somebody wants to see, newest first.</summary>
    public async Task<(IReadOnlyList<Notification> Page, long Total)> List(string tenant, NotificationFilter filter,
        Paging paging, CancellationToken ct)
    {
        var (position, recent) = await Recent(tenant, ct);
        Notification[] newest = [.. recent.Where(filter.Takes).Reverse()];
        Notification[] page = [.. newest.Skip(paging.Offset).Take(paging.Limit)];
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        const string Condition =
            "tenant_id = $1 and seq > $2 and seq <= $3 and ($4 = '' or type = $4) and ($5 = '' or priority = $5) and not ($6 and seq = "
                + "any($7))";
        foreach (var sql in new[]
        {
            $"select count(*) from notifications where {Condition}",
            $"select {Columns} from notifications where {Condition} order by seq desc limit {paging.Limit - page.Length} offset "
                + $"{Math.Max(0, paging.Offset - newest.Length)}",
        })
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in new object[]
            {
                tenant, filter.Inbox.ClearedUpTo, position, filter.Type ?? string.Empty, filter.Priority
                    ?? string.Empty, filter.UnreadOnly, filter.Inbox.Read.ToArray(),
            })
            {
                command.Parameters.Add(new() { Value = value });
            }

            batch.BatchCommands.Add(command);
        }

        await using var rows = await batch.ExecuteReaderAsync(ct);
        await rows.ReadAsync(ct);
        var projected = rows.GetInt64(0);
        await rows.NextResultAsync(ct);
        return ([.. page, .. await Read(rows, ct)], newest.Length + projected);
    }

    /// <summary>A notification of a tenant.</summary>
    public async Task<Notification> Get(string tenant, string id, CancellationToken ct)
    {
        var (_, recent) = await Recent(tenant, ct);
        if (recent.FirstOrDefault(notification => notification.Id == id) is { } found)
        {
            return found;
        }

        await using var command = database.CreateCommand($"select {Columns} from notifications where tenant_id = $1 and id = $2");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = id });
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await Read(rows, ct) is [var only] ? only : throw Problem.NotFound("notification", id);
    }

    // The projection may move on meanwhile: what it then has twice is left out of its table by the position.
    private async Task<(long Position, IReadOnlyList<Notification> Recent)> Recent(string tenant, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var position = (await progressions.All(ct)).FirstOrDefault(progression => progression.Name == "notifications")?.Sequence ?? 0;
        string[] types = [.. NotificationProjection.Announced.Select(EventSchema.NameOf)];
        var events = await session.Events.QueryAllRawEvents()
            .Where(recorded => recorded.Sequence > position && recorded.EventTypeName.IsOneOf(types))
                .OrderBy(recorded => recorded.Sequence).Take(MaxTail).ToListAsync(ct);
        var recent = new List<Notification>();
        foreach (var recorded in events)
        {
            if (await Notification.Of(recorded, session, ct) is { } notification)
            {
                recent.Add(notification);
            }
        }

        return (position, recent);
    }

    private static async Task<IReadOnlyList<Notification>> Read(NpgsqlDataReader rows, CancellationToken ct)
    {
        var found = new List<Notification>();
        while (await rows.ReadAsync(ct))
        {
            found.Add(new Notification(
                rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetString(4),
                JsonSerializer.Deserialize<JsonElement>(rows.GetString(5)), rows.GetFieldValue<DateTimeOffset>(6)));
        }

        return found;
    }
}
