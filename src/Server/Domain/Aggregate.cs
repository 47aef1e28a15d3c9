namespace EventSourcedAnomaly.Server.Domain;

/// <summary>
/// The state of a stream: an immutable record with one <c>Apply</c> for each event type of the stream. It is also the document that is
/// stored with the events, so that whoever reads next finds it without a replay.
/// </summary>
public abstract record Aggregate
{
    /// <summary>The stream; the document's identity.</summary>
    public string StreamId { get; set; } = string.Empty;

    /// <summary>The tenant whose stream it is.</summary>
    public string TenantId { get; set; } = string.Empty;

    /// <summary>How many events led to the state; 0 before the first.</summary>
    public long Version { get; set; }
}

/// <summary>What every kind of aggregate says of itself.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IAggregate<TSelf>
    where TSelf : Aggregate, IAggregate<TSelf>
{
    /// <summary>What kind of stream this is, <c>snake_case</c>; stored as the stream's type.</summary>
    static abstract string StreamType { get; }

    /// <summary>The state before the first event.</summary>
    static abstract TSelf Initial { get; }
}
