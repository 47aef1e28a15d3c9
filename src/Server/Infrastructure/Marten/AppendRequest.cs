using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>Bytes stored with an append and found again by stream, name and part; events carry their SHA-256.</summary>
/// <param name="Name">What they are, such as <c>model</c>.</param>
/// <param name="Part">From 0 for bytes that come in parts.</param>
/// <param name="Data">The bytes.</param>
public sealed record BulkBytes(string Name, int Part, byte[] Data);

/// <summary>Events for one stream, with the state that they lead to.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="ExpectedVersion">The version that the stream must stand at; 0 for one that must not exist.</param>
/// <param name="Events">One event or more.</param>
/// <param name="State">The state after them; its type is the stream's.</param>
/// <param name="Bulk">Bytes to store beside them.</param>
public sealed record StreamAppend(
    StreamKey Stream, long ExpectedVersion, IReadOnlyList<IDomainEvent> Events, Aggregate State, IReadOnlyList<BulkBytes>? Bulk = null)
{
    /// <summary>The identities of the events; the log stores an id once.</summary>
    public IReadOnlyList<Guid> EventIds { get; init; } = [.. Events.Select(_ => Guid.CreateVersion7())];

    /// <summary>Events on a state, which is folded here.</summary>
    /// <param name="tenant">Whose stream it is.</param>
    /// <param name="streamId">The stream.</param>
    /// <param name="before">The state that they were decided on.</param>
    /// <param name="events">The events.</param>
    /// <param name="bulk">Bytes to store beside them.</param>
    public static StreamAppend On<TState>(
        string tenant, string streamId, TState before, IReadOnlyList<IDomainEvent> events, IReadOnlyList<BulkBytes>? bulk = null)
        where TState : Aggregate, IAggregate<TState> =>
        new(new StreamKey(tenant, streamId), before.Version, events, Fold<TState>.Apply(before, tenant, streamId, events), bulk);
}

/// <summary>Events for one stream or several that are stored together or not at all.</summary>
/// <param name="Metadata">Who asked, in which request.</param>
/// <param name="Streams">The streams, each named once.</param>
public sealed record AppendRequest(EventMetadata Metadata, params IReadOnlyList<StreamAppend> Streams)
{
    /// <summary>How many events there are in all.</summary>
    public int EventCount => Streams.Sum(stream => stream.Events.Count);

    internal void Validate()
    {
        if (Streams.Count == 0 || Streams.Any(stream => stream.Events.Count == 0))
        {
            throw new ArgumentException("An append needs at least one stream, and at least one event for each.", nameof(Streams));
        }

        if (Streams.Any(stream => string.IsNullOrEmpty(stream.Stream.Tenant)))
        {
            throw new ArgumentException("An append names the tenant of each stream.", nameof(Streams));
        }

        if (Streams.Select(stream => stream.Stream).Distinct().Count() < Streams.Count)
        {
            throw new ArgumentException("An append names each stream once.", nameof(Streams));
        }
    }
}

/// <summary>A stream was not at the version that an append expected; nothing of the append was stored.</summary>
public sealed class VersionConflictException(StreamKey stream, long expected, long actual)
    : Exception($"Stream {stream} is at version {actual}, expected {expected}.")
{
    /// <summary>The stream.</summary>
    public StreamKey Stream { get; } = stream;

    /// <summary>The version that was expected.</summary>
    public long Expected { get; } = expected;

    /// <summary>The version it has.</summary>
    public long Actual { get; } = actual;
}

/// <summary>An append reuses the id of an event that is stored with other neighbours or in another stream.</summary>
public sealed class EventIdReusedException(Guid id) : Exception($"Event id {id} is in the log already, as another event.")
{
    /// <summary>The id.</summary>
    public Guid EventId { get; } = id;
}
