using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>Finds webhooks.</summary>
internal sealed class WebhookQueries(AggregateStore aggregates)
{
    /// <summary>A webhook of a tenant.</summary>
    public async Task<Webhook> Get(string tenant, string id, CancellationToken ct) =>
        (await aggregates.Load<Webhook>(tenant, id, ct)) is { Exists: true } webhook ? webhook : throw Problem.NotFound("webhook", id);

    /// <summary>A page of a tenant's webhooks, newest first.</summary>
    public async Task<(IReadOnlyList<Webhook> States, long Total)> List(string tenant, int limit, int offset, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        return await session.Query<Webhook>().Where(webhook => webhook.DeletedAt == null).NewestFirst(limit, offset, ct);
    }

    /// <summary>A webhook as it is shown, without its secret.</summary>
    public static WebhookBody Body(Webhook webhook, DateTimeOffset now) => new(
        webhook.Id!, webhook.Id!, webhook.Url, webhook.Events, webhook.IsActive
            ? "active" : "disabled", webhook.Disabled, webhook.CreatedAt, webhook.DeadLetters,
        webhook.OverlapUntil > now ? webhook.OverlapUntil : null);
}

/// <summary>A webhook; the fields of the Training contract's answer, and what else is known.</summary>
/// <param name="WebhookId">Its id.</param>
/// <param name="Id">The same.</param>
/// <param name="Url">Where events are posted.</param>
/// <param name="Events">Which ones, as they were spelled.</param>
/// <param name="Status"><c>active</c> or <c>disabled</c>.</param>
/// <param name="DisabledReason">Why it is disabled.</param>
/// <param name="CreatedAt">When it was registered.</param>
/// <param name="DeadLetters">How many deliveries were given up.</param>
/// <param name="PreviousSecretUntil">Until when the secret before this one signs as well.</param>
internal sealed record WebhookBody(
    string WebhookId, string Id, string Url, IReadOnlyList<string> Events, string Status, string? DisabledReason,
    DateTimeOffset CreatedAt, long DeadLetters,
    DateTimeOffset? PreviousSecretUntil);
