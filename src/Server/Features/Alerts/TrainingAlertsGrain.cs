using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <inheritdoc cref="ITrainingAlertsGrain"/>
internal sealed class TrainingAlertsGrain(AlertEvaluation evaluation, AlertQueries queries) : Grain, ITrainingAlertsGrain
{
    /// <inheritdoc/>
    public async Task Observe(IReadOnlyDictionary<string, double> metrics, DateTimeOffset at, long sequence, CancellationToken ct)
    {
        var (tenant, session) = GrainKey.Parse(this.GetPrimaryKeyString());
        foreach (var (owner, rule) in await queries.Watched(tenant, ofSystem: false, ct))
        {
            if (metrics.TryGetValue(rule.Defined.Metric, out var value)
                && (rule.Defined.SessionId is null || rule.Defined.SessionId == session))
            {
                await evaluation.Observe(owner, rule, new Measurement(session, value, at, sequence), ct);
            }
        }
    }
}
