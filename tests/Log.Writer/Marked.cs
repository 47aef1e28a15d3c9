using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Log.Writer;

/// <summary>One of the events of an append, which can be told from those of any other.</summary>
/// <param name="Mark">The append.</param>
/// <param name="Part">From 0, across the streams of the append.</param>
/// <param name="Of">How many parts the append has.</param>
public sealed record Marked(string Mark, int Part, int Of) : IDomainEvent;

/// <summary>A stream of marks.</summary>
/// <param name="Last">The last mark.</param>
public sealed record Marks(string? Last) : Aggregate, IAggregate<Marks>
{
    /// <inheritdoc/>
    public static string StreamType => "marks";

    /// <inheritdoc/>
    public static Marks Initial { get; } = new(Last: null);

    /// <summary>The state after a mark.</summary>
    public Marks Apply(Marked e) => this with { Last = e.Mark };
}
