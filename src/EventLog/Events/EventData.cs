namespace EventSourcedAnomaly.EventLog.Events;

/// <summary>An event as it goes into the log.</summary>
/// <param name="Id">Its identity; the log stores an id once.</param>
/// <param name="Type">The stored name, <c>snake_case</c>.</param>
/// <param name="SchemaVersion">The version of its schema, 1 or more.</param>
/// <param name="Data">A JSON object, UTF-8.</param>
/// <param name="DotnetType">As <c>Namespace.Type, Assembly</c>.</param>
public sealed record EventData(Guid Id, string Type, int SchemaVersion, byte[] Data, string? DotnetType);

/// <summary>An event as it came out of the log.</summary>
/// <param name="Sequence">Its place in the one total order: 1, 2, 3 … without gaps.</param>
/// <param name="Id">Its identity.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Stream">The stream within the tenant.</param>
/// <param name="Version">Its place in the stream, from 1.</param>
/// <param name="Type">The stored name.</param>
/// <param name="SchemaVersion">The version of its schema.</param>
/// <param name="Timestamp">When the server appended it, UTC, whole microseconds.</param>
/// <param name="Metadata">Who asked for it, in which request, and what caused it.</param>
/// <param name="Data">A JSON object, UTF-8, as PostgreSQL renders <c>jsonb</c>.</param>
public sealed record RecordedEvent(
    long Sequence,
    Guid Id,
    string Tenant,
    string Stream,
    long Version,
    string Type,
    int SchemaVersion,
    DateTimeOffset Timestamp,
    EventMetadata Metadata,
    byte[] Data);

/// <summary>Who asked for a change and in which conversation; stands on every event.</summary>
/// <param name="Actor">The user, key or process that asked, as <c>user:…</c>, <c>key:…</c> or <c>system:…</c>.</param>
/// <param name="CorrelationId">The request that everything it set off shares.</param>
/// <param name="CausationId">The event or command that led here directly, when there is one.</param>
public sealed record EventMetadata(string Actor, string? CorrelationId = null, string? CausationId = null)
{
    /// <summary>The same conversation, caused by this event.</summary>
    public static EventMetadata CausedBy(RecordedEvent @event, string actor) =>
        new(actor, @event.Metadata.CorrelationId, @event.Id.ToString());
}

/// <summary>The identity of a stream.</summary>
/// <param name="Tenant">The tenant that owns it.</param>
/// <param name="Id">Its id within the tenant.</param>
public readonly record struct StreamKey(string Tenant, string Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Tenant}/{Id}";
}
