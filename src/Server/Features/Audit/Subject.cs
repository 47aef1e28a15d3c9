using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>A person about whom the log holds personal fields.</summary>
public sealed record Subject(int Erasures, DateTimeOffset? LastErased) : Aggregate, IAggregate<Subject>
{
    /// <inheritdoc/>
    public static string StreamType => "subject";

    /// <inheritdoc/>
    public static Subject Initial { get; } = new(0, null);

    public Subject Apply(SubjectErased e) => new(Erasures + 1, e.ErasedAt);
}
