using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.EventLog.Append;

/// <summary>What an append expects of a stream: a version, or one of these.</summary>
public static class ExpectedVersion
{
    /// <summary>Whatever the stream holds.</summary>
    public const long Any = -1;

    /// <summary>The stream does not exist yet.</summary>
    public const long NoStream = 0;
}

/// <summary>The state of a stream after the events it is appended with, stored in the same transaction.</summary>
/// <param name="Json">A JSON document, UTF-8.</param>
/// <param name="ShapeVersion">The version of the state's own shape.</param>
public sealed record Snapshot(byte[] Json, int ShapeVersion);

/// <summary>Bulk bytes stored with an append and found again by stream, name and part.</summary>
/// <param name="Name">What they are, such as <c>model</c>.</param>
/// <param name="Part">From 0 for bytes that come in parts.</param>
/// <param name="Data">The bytes.</param>
public sealed record Attachment(string Name, int Part, byte[] Data);

/// <summary>Events for one stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="StreamType">What kind of stream it is, <c>snake_case</c>.</param>
/// <param name="ExpectedVersion">The version it must stand at, or one of <see cref="Append.ExpectedVersion"/>.</param>
/// <param name="Events">One event or more.</param>
/// <param name="Snapshot">The state after them; needs an exact <paramref name="ExpectedVersion"/>.</param>
/// <param name="Attachments">Bytes to store beside them.</param>
public sealed record StreamAppend(
    StreamKey Stream,
    string StreamType,
    long ExpectedVersion,
    IReadOnlyList<EventData> Events,
    Snapshot? Snapshot = null,
    IReadOnlyList<Attachment>? Attachments = null);

/// <summary>
/// Events for one stream or several that are stored together or not at all.
/// </summary>
/// <param name="Streams">The streams, each named once.</param>
/// <param name="Metadata">Who asked, in which request.</param>
public sealed record AppendRequest(IReadOnlyList<StreamAppend> Streams, EventMetadata Metadata)
{
    /// <summary>How many events there are in all.</summary>
    public int EventCount => Streams.Sum(stream => stream.Events.Count);

    internal void Validate()
    {
        if (Streams.Count == 0 || Streams.Any(stream => stream.Events.Count == 0))
        {
            throw new ArgumentException("An append needs at least one stream, and at least one event for each.", nameof(Streams));
        }

        if (Streams.Count > 1 && Streams.Select(stream => stream.Stream).Distinct().Count() < Streams.Count)
        {
            throw new ArgumentException("An append names each stream once.", nameof(Streams));
        }

        if (Streams.Any(stream => stream is { Snapshot: not null, ExpectedVersion: < 0 }))
        {
            throw new ArgumentException("A snapshot needs an exact expected version.", nameof(Streams));
        }
    }
}

/// <summary>Where an append was stored.</summary>
/// <param name="FirstSequence">The sequence number of its first event.</param>
/// <param name="LastSequence">The sequence number of its last event.</param>
/// <param name="Version">The version of its first stream after it.</param>
/// <param name="Timestamp">The time that stands on its events.</param>
/// <param name="Duplicate">True when the events were in the log already, under the same ids; nothing was stored again.</param>
public sealed record AppendResult(long FirstSequence, long LastSequence, long Version, DateTimeOffset Timestamp, bool Duplicate = false);

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
