using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>An address that a tenant has events posted to.</summary>
public sealed record Webhook(
    string? Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, DateTimeOffset ActiveSince, string? Disabled,
    DateTimeOffset? OverlapUntil, long DeadLetters,
    string? LastDeadLetter, DateTimeOffset? DeletedAt) : Aggregate, IAggregate<Webhook>
{
    /// <inheritdoc/>
    public static string StreamType => "webhook";

    /// <inheritdoc/>
    public static Webhook Initial { get; } = new(null, string.Empty, [], default, default, null, null, 0, null, null);

    /// <summary>Whether it exists and is not deleted.</summary>
    internal bool Exists => Id is not null && DeletedAt is null;

    /// <summary>Whether events are delivered to it.</summary>
    internal bool IsActive => Exists && Disabled is null;

    public Webhook Apply(WebhookRegistered e) =>
        Initial with { Id = e.Id, Url = e.Url, Events = e.Events, CreatedAt = e.RegisteredAt, ActiveSince = e.RegisteredAt };

    public Webhook Apply(WebhookChanged e) => this with { Url = e.Url, Events = e.Events };

    public Webhook Apply(WebhookSecretRotated e) => this with { OverlapUntil = e.OverlapUntil };

    public Webhook Apply(WebhookDisabled e) => this with { Disabled = e.Reason };

    public Webhook Apply(WebhookEnabled e) => this with { Disabled = null, ActiveSince = e.EnabledAt };

    public Webhook Apply(WebhookDeliveryDeadLettered e) => this with { DeadLetters = DeadLetters + 1, LastDeadLetter = e.DeliveryId };

    public Webhook Apply(WebhookReplayRequested e) => this;

    public Webhook Apply(WebhookDeleted e) => this with { DeletedAt = e.DeletedAt };

    /// <summary>The spelling in which an event is delivered; null when it is not subscribed to.</summary>
    internal string? SpellingOf(string name) => Events.FirstOrDefault(spelling => EventNames.Find(spelling) == name);

    /// <summary>Registers it.</summary>
    public static IReadOnlyList<IDomainEvent> Register(Webhook state, WebhookRegistered wanted) => state.Id is null ? [wanted] : [];

    /// <summary>Changes what is given; what is the same already is no change.</summary>
    public static IReadOnlyList<IDomainEvent> Change(Webhook state, string id, string? url, IReadOnlyList<string>? events,
        bool? active, DateTimeOffset now)
    {
        Require(state, id);
        var changed = new WebhookChanged(url ?? state.Url, events ?? state.Events, now);
        var same = changed.Url == state.Url && changed.Events.SequenceEqual(state.Events);
        IDomainEvent[] switched = (active, state.Disabled) switch
        {
            (true, not null) => [new WebhookEnabled(now)],
            (false, null) => [new WebhookDisabled(WebhookDisabled.ByHand, now)],
            _ => [],
        };
        return [.. same ? (IDomainEvent[])[] : [changed], .. switched];
    }

    /// <summary>Notes that it has a new secret.</summary>
    public static IReadOnlyList<IDomainEvent> Rotate(Webhook state, string id, DateTimeOffset overlapUntil, DateTimeOffset now)
    {
        Require(state, id);
        return [new WebhookSecretRotated(overlapUntil, now)];
    }

    /// <summary>Stops it for a reason; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> Disable(Webhook state, string reason, DateTimeOffset now) => state.IsActive
        ? [new WebhookDisabled(reason, now)] : [];

    /// <summary>Gives a delivery up; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> GiveUp(Webhook state, WebhookDeliveryDeadLettered dead) => state.Exists
        && state.LastDeadLetter != dead.DeliveryId ? [dead] : [];

    /// <summary>Has a part of the past delivered.</summary>
    public static IReadOnlyList<IDomainEvent> Replay(Webhook state, string id, WebhookReplayRequested wanted)
    {
        Require(state, id);
        return state.IsActive ? [wanted] : throw Problem.Conflict($"The webhook is disabled: {state.Disabled}.");
    }

    /// <summary>Deletes it; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> Delete(Webhook state, string id, DateTimeOffset now) => state switch
    {
        { Id: null } => throw Problem.NotFound("webhook", id),
        { DeletedAt: not null } => [],
        _ => [new WebhookDeleted(now)],
    };

    private static void Require(Webhook state, string id)
    {
        if (!state.Exists)
        {
            throw Problem.NotFound("webhook", id);
        }
    }
}
