using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>One rule.</summary>
internal sealed class AlertRuleGrain(AggregateStore aggregates, AlertEvaluation evaluation, TimeProvider time)
    : EventSourcedGrain<AlertRule>(aggregates), IAlertRuleGrain
{
    public Task<long> Create(AlertRuleCreated wanted, CancellationToken ct) => Raise(state => AlertRule.Create(state, wanted), ct);

    public Task<long> Change(AlertTermsChange change, CancellationToken ct) =>
        Raise(state => AlertRule.Change(state, StreamId, change, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public async Task FollowUp(AlertTerms? terms, string? reason, CancellationToken ct)
    {
        var rule = await Current(ct);
        if (terms is null)
        {
            await evaluation.Withdraw(Tenant, StreamId, reason ?? FollowUpAlertRule.Changed, ct);
        }
        else if (!rule.Exists || !rule.Defined.MeansTheSameAs(terms))
        {
            await evaluation.Withdraw(Tenant, StreamId, rule.Exists ? FollowUpAlertRule.Changed : FollowUpAlertRule.Deleted, ct);
        }
    }

    public Task<long> Delete(CancellationToken ct) => Raise(state => AlertRule.Delete(state, StreamId, time.GetUtcNow()), ct);
}
