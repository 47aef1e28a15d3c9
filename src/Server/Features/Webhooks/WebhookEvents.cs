using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>Somebody wants events posted to an address. What they are signed with lies encrypted in a table of its own.</summary>
/// <param name="Id">The webhook's id.</param>
/// <param name="Url">The address.</param>
/// <param name="Events">The events as they were spelled; each is delivered in that spelling.</param>
/// <param name="RegisteredAt">Events from before are not delivered.</param>
public sealed record WebhookRegistered(string Id, string Url, IReadOnlyList<string> Events, DateTimeOffset RegisteredAt) : IDomainEvent;

/// <summary>Its address or its events were changed.</summary>
public sealed record WebhookChanged(string Url, IReadOnlyList<string> Events, DateTimeOffset ChangedAt) : IDomainEvent;

/// <summary>It got a new secret; the old one signs as well until a time.</summary>
/// <param name="OverlapUntil">Until when both sign.</param>
/// <param name="RotatedAt">When.</param>
public sealed record WebhookSecretRotated(DateTimeOffset OverlapUntil, DateTimeOffset RotatedAt) : IDomainEvent;

/// <summary>Nothing is delivered to it any more.</summary>
/// <param name="Reason">Why, in words; <see cref="ByHand"/> when somebody wanted it so.</param>
/// <param name="DisabledAt">When.</param>
public sealed record WebhookDisabled(string Reason, DateTimeOffset DisabledAt) : IDomainEvent
{
    /// <summary>Somebody wanted it so.</summary>
    public const string ByHand = "disabled by hand";

    /// <summary>Its address answered that it is gone for good.</summary>
    public const string Gone = "the address answered 410 Gone";
}

/// <summary>Events are delivered to it again, from now on.</summary>
public sealed record WebhookEnabled(DateTimeOffset EnabledAt) : IDomainEvent;

/// <summary>A delivery was given up.</summary>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="Event">What was to be delivered.</param>
/// <param name="Sequence">The event of the log behind it.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">What went wrong last.</param>
/// <param name="GivenUpAt">When.</param>
public sealed record WebhookDeliveryDeadLettered(string DeliveryId, string Event, long Sequence, int Attempts, string Error,
    DateTimeOffset GivenUpAt) : IDomainEvent;

/// <summary>Somebody wants events of the past delivered, again or for the first time.</summary>
/// <param name="FromSequence">The first event of the log to look at.</param>
/// <param name="ToSequence">The last one.</param>
/// <param name="From">Only events at or after this time.</param>
/// <param name="To">Only events before this time.</param>
/// <param name="RequestedAt">When.</param>
public sealed record WebhookReplayRequested(long FromSequence, long ToSequence, DateTimeOffset? From, DateTimeOffset? To,
    DateTimeOffset RequestedAt) : IDomainEvent;

/// <summary>It was deleted; so are its secrets and what was to be delivered.</summary>
public sealed record WebhookDeleted(DateTimeOffset DeletedAt) : IDomainEvent;
