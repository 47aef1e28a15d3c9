using EventSourcedAnomaly.EventLog.Events;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>Something that follows the log under a name, remembering how far it came.</summary>
public interface ISubscription
{
    /// <summary>The name under which its progression is kept, as <c>Name:All</c>.</summary>
    string Name { get; }

    /// <summary>The event types it wants; an event of another type passes it by.</summary>
    IReadOnlyCollection<Type> EventTypes { get; }
}

/// <summary>An event with its typed form.</summary>
/// <param name="Recorded">As it stands in the log.</param>
/// <param name="Event">Lifted to the newest schema.</param>
public readonly record struct Delivery(RecordedEvent Recorded, IEvent Event);

/// <summary>
/// Writes tables from events. Its writes and its progression are one transaction, so each event counts exactly once.
/// </summary>
public interface IProjection : ISubscription
{
    /// <summary>
    /// The tables it writes and nobody else does, which a rebuild makes anew; it names them without a schema. None: it cannot be rebuilt.
    /// </summary>
    IReadOnlyList<string> Tables => [];

    /// <summary>Applies events in the order of the log.</summary>
    /// <param name="events">One or more.</param>
    /// <param name="connection">The connection whose open transaction also moves the progression.</param>
    /// <param name="ct">Stops the work; the transaction is then undone.</param>
    Task Project(IReadOnlyList<Delivery> events, NpgsqlConnection connection, CancellationToken ct);
}

/// <summary>
/// Writes tables from every event as it stands in the log, whatever its type, as <see cref="IProjection"/> does from typed ones.
/// </summary>
public interface IRecordedProjection : ISubscription
{
    /// <summary>Applies events in the order of the log, without a gap between one call and the next.</summary>
    Task Project(IReadOnlyList<RecordedEvent> events, NpgsqlConnection connection, CancellationToken ct);
}

/// <summary>
/// Acts outside of PostgreSQL, or on grains. Each event is delivered at least once, in order; the sequence number is a
/// stable id by which a repetition can be recognised.
/// </summary>
public interface IReaction : ISubscription
{
    /// <summary>Handles one event.</summary>
    Task React(Delivery delivery, CancellationToken ct);
}
