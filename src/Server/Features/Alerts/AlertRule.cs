using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>A rule by which a tenant is alerted.</summary>
public sealed record AlertRule(string? Id, AlertTerms? Terms, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt) : IAggregate<AlertRule>
{
    /// <inheritdoc/>
    public static string StreamType => "alert_rule";

    /// <inheritdoc/>
    public static AlertRule Initial { get; } = new(null, null, default, default, null);

    /// <summary>Whether it exists and is not deleted.</summary>
    internal bool Exists => Id is not null && DeletedAt is null;

    /// <summary>The terms, of a rule that is known to exist.</summary>
    internal AlertTerms Known => Terms ?? throw new InvalidOperationException("The rule does not exist.");

    public AlertRule Apply(AlertRuleCreated e) => new(e.Id, e.Terms, e.CreatedAt, e.CreatedAt, null);

    public AlertRule Apply(AlertRuleChanged e) => this with { Terms = e.Terms, UpdatedAt = e.ChangedAt };

    public AlertRule Apply(AlertRuleDeleted e) => this with { DeletedAt = e.DeletedAt };

    /// <summary>Makes it.</summary>
    public static IReadOnlyList<IEvent> Create(AlertRule state, AlertRuleCreated wanted) => state.Id is null ? [wanted] : [];

    /// <summary>Changes it; what is the same already is no change.</summary>
    public static IReadOnlyList<IEvent> Change(AlertRule state, string id, Func<AlertTerms, AlertTerms> change, DateTimeOffset now)
    {
        if (!state.Exists)
        {
            throw Problem.NotFound("rule", id);
        }

        var wanted = change(state.Known);
        return wanted == state.Known ? [] : [new AlertRuleChanged(wanted, !wanted.MeansTheSameAs(state.Known), now)];
    }

    /// <summary>Deletes it; again is nothing.</summary>
    public static IReadOnlyList<IEvent> Delete(AlertRule state, string id, DateTimeOffset now) => state switch
    {
        { Id: null } => throw Problem.NotFound("rule", id),
        { DeletedAt: not null } => [],
        _ => [new AlertRuleDeleted(now)],
    };
}

/// <summary>One rule.</summary>
internal sealed class AlertRuleGrain(TimeProvider time) : Grain<AlertRule>
{
    public ValueTask<AlertRule> Create(AlertRuleCreated wanted, EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => AlertRule.Create(state, wanted), ct);

    public ValueTask<AlertRule> Change(Func<AlertTerms, AlertTerms> change, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => AlertRule.Change(state, Id.Key, change, time.GetUtcNow()), ct);

    public ValueTask<AlertRule> Delete(EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => AlertRule.Delete(state, Id.Key, time.GetUtcNow()), ct);
}
