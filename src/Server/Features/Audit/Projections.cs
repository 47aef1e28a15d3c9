using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary><c>GET /api/v1/audit/projections</c>: how far everything that follows the log has come, what it parked, and its last rebuild.</summary>
internal static class ListProjections
{
    public static async Task<IResult> Handle(HttpContext http, EventStore store, SubscriptionDaemon daemon, IEnumerable<ISubscription> subscriptions)
    {
        http.Principal().RequireSystemAdministrator();
        var ct = http.RequestAborted;
        var head = await store.Events.Head(ct);
        var progressions = (await Progression.All(store.Database, ct)).ToDictionary(each => each.Name);
        var rebuilds = (await daemon.Rebuilds(ct)).ToDictionary(each => each.Subscription);
        var parked = (await DeadLetters(store, ct)).ToLookup(each => each.Subscription);
        return Reply.Ok(new Response(
            head,
            [.. subscriptions.OrderBy(subscription => subscription.Name, StringComparer.Ordinal).Select(subscription =>
            {
                var progression = progressions.GetValueOrDefault($"{subscription.Name}:All");
                return new Item(
                    subscription.Name, subscription is IReaction ? "reaction" : "projection", progression?.Sequence ?? 0, head - (progression?.Sequence ?? 0),
                    progression?.Updated, daemon.Rebuildable.Contains(subscription.Name), [.. parked[subscription.Name]],
                    rebuilds.GetValueOrDefault(subscription.Name));
            })]));
    }

    public sealed record Item(
        string Name, string Kind, long Position, long Lag, DateTimeOffset? Updated, bool Rebuildable, IReadOnlyList<DeadLetter> Parked, RebuildStatus? LastRebuild);

    public sealed record Response(long Head, IReadOnlyList<Item> Projections);

    private static async Task<IReadOnlyList<DeadLetter>> DeadLetters(EventStore store, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand("select subscription, seq_id, error, parked from esa_parked_events order by seq_id limit 1000");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var parked = new List<DeadLetter>();
        while (await reader.ReadAsync(ct))
        {
            parked.Add(new DeadLetter(reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return parked;
    }

    /// <summary>An event that a subscription could not handle.</summary>
    public sealed record DeadLetter(string Subscription, long Seq, string Error, DateTimeOffset ParkedAt);
}

/// <summary><c>POST /api/v1/audit/projections/{name}/rebuild</c>: made anew beside the live one, compared, swapped.</summary>
internal static class RebuildProjection
{
    public static async Task<IResult> Handle(HttpContext http, string name, SubscriptionDaemon daemon, IEnumerable<ISubscription> subscriptions)
    {
        http.Principal().RequireSystemAdministrator();
        if (subscriptions.All(subscription => subscription.Name != name))
        {
            throw Problem.NotFound("projection", name);
        }

        if (!daemon.Rebuildable.Contains(name))
        {
            throw Problem.Conflict($"{name} has no tables of its own to rebuild.");
        }

        await daemon.Rebuild(name, http.RequestAborted);
        return Reply.Accepted("/api/v1/audit/projections", new Response(name, "queued"), "Rebuild requested");
    }

    public sealed record Response(string Name, string Status);
}
