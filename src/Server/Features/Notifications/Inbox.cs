using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>Somebody has read a notification.</summary>
/// <param name="Sequence">The event that it is about.</param>
/// <param name="ReadAt">When.</param>
public sealed record NotificationRead(long Sequence, DateTimeOffset ReadAt) : IDomainEvent;

/// <summary>Somebody wants to see no notification up to here any more.</summary>
/// <param name="UpTo">The last event that it covers.</param>
/// <param name="ClearedAt">When.</param>
public sealed record NotificationsCleared(long UpTo, DateTimeOffset ClearedAt) : IDomainEvent;

/// <summary>What one user or key has done with the notifications of its tenant.</summary>
/// <param name="ClearedUpTo">The last event whose notification is out of sight.</param>
/// <param name="Read">The events beyond whose notifications were read.</param>
public sealed record Inbox(long ClearedUpTo, IReadOnlyList<long> Read) : Aggregate, IAggregate<Inbox>
{
    /// <inheritdoc/>
    public static string StreamType => "inbox";

    /// <inheritdoc/>
    public static Inbox Initial { get; } = new(0, []);

    /// <summary>The inbox of a user or key.</summary>
    internal static string StreamOf(string principal) => $"inbox_{principal}";

    public Inbox Apply(NotificationRead e) => this with { Read = [.. Read, e.Sequence] };

    public Inbox Apply(NotificationsCleared e) => new(e.UpTo, [.. Read.Where(sequence => sequence > e.UpTo)]);

    /// <summary>Reads one; again is nothing, as it is for one that is out of sight.</summary>
    public static IReadOnlyList<IDomainEvent> MarkRead(Inbox state, long sequence, DateTimeOffset now) =>
        sequence <= state.ClearedUpTo || state.Read.Contains(sequence) ? [] : [new NotificationRead(sequence, now)];

    /// <summary>Puts all up to an event out of sight.</summary>
    public static IReadOnlyList<IDomainEvent> Clear(Inbox state, long upTo, DateTimeOffset now) => upTo <= state.ClearedUpTo
        ? [] : [new NotificationsCleared(upTo, now)];
}
