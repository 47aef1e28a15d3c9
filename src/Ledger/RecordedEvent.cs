namespace EventSourcedAnomaly.Ledger;

/// <summary>An event as it stands in the log, its data as the stored JSON and not as an object of today's types.</summary>
/// <param name="Sequence">Its place in the order of commits. Numbers of commits that failed are missing.</param>
/// <param name="Leaf">Its index in the ledger's tree, from 0 and without gaps; null while the ledger has not reached it.</param>
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
    long? Leaf,
    Guid Id,
    string Tenant,
    string Stream,
    long Version,
    string Type,
    int SchemaVersion,
    DateTimeOffset Timestamp,
    EventMetadata Metadata,
    byte[] Data)
{
    /// <summary>The stream as a key.</summary>
    public StreamKey Key => new(Tenant, Stream);
}
