using EventSourcedAnomaly.Server.Domain;
using JasperFx.Core;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>A rule by which a tenant is alerted.</summary>
public sealed record AlertRule(string? Id, AlertTerms? Terms, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
    : Aggregate, IAggregate<AlertRule>
{
    /// <inheritdoc/>
    public static string StreamType => "alert_rule";

    /// <inheritdoc/>
    public static AlertRule Initial { get; } = new(null, null, default, default, null);

    /// <summary>Whether it exists and is not deleted.</summary>
    internal bool Exists => Id is not null && DeletedAt is null;

    /// <summary>The terms, of a rule that is known to exist.</summary>
    internal AlertTerms Defined => Terms ?? throw new InvalidOperationException("The rule does not exist.");

    public AlertRule Apply(AlertRuleCreated e) => new(e.Id, e.Terms, e.CreatedAt, e.CreatedAt, null);

    public AlertRule Apply(AlertRuleChanged e) => this with { Terms = e.Terms, UpdatedAt = e.ChangedAt };

    public AlertRule Apply(AlertRuleDeleted e) => this with { DeletedAt = e.DeletedAt };

    /// <summary>Makes it.</summary>
    [JasperFxIgnore]
    public static IReadOnlyList<IDomainEvent> Create(AlertRule state, AlertRuleCreated wanted) => state.Id is null ? [wanted] : [];

    /// <summary>Changes it; what is the same already is no change.</summary>
    public static IReadOnlyList<IDomainEvent> Change(AlertRule state, string id, AlertTermsChange change, DateTimeOffset now)
    {
        if (!state.Exists)
        {
            throw Problem.NotFound("rule", id);
        }

        var wanted = change.AppliedTo(state.Defined);
        return wanted == state.Defined ? [] : [new AlertRuleChanged(wanted, !wanted.MeansTheSameAs(state.Defined), now)];
    }

    /// <summary>Deletes it; again is a no-op.</summary>
    public static IReadOnlyList<IDomainEvent> Delete(AlertRule state, string id, DateTimeOffset now) => state switch
    {
        { Id: null } => throw Problem.NotFound("rule", id),
        { DeletedAt: not null } => [],
        _ => [new AlertRuleDeleted(now)],
    };
}
