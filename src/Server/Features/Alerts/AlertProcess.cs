using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>Holds what training sessions measure to their tenant's rules; of a report about several epochs, the last one counts.</summary>
internal sealed class TrainingAlerts(AlertEvaluation evaluation, AlertQueries queries) : IReaction
{
    /// <inheritdoc/>
    public string Name => "training_alerts";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(TrainingSessionEpochEnded), typeof(TrainingSessionMetricsRecorded)];

    /// <inheritdoc/>
    public async Task React(Delivery delivery, CancellationToken ct)
    {
        var recorded = delivery.Recorded;
        var (metrics, at) = delivery.Event switch
        {
            TrainingSessionEpochEnded ended => (ended.Metrics, ended.EndedAt),
            TrainingSessionMetricsRecorded reported => (reported.Latest, reported.MeasuredAt),
            _ => throw new InvalidOperationException($"{delivery.Event.GetType().Name} measures nothing."),
        };
        foreach (var (_, rule) in await queries.Watched(recorded.Tenant, ofSystem: false, ct))
        {
            if (metrics.TryGetValue(rule.Known.Metric, out var value) && (rule.Known.SessionId is null || rule.Known.SessionId == recorded.Stream))
            {
                var measured = new Measurement(recorded.Stream, value, at, recorded.Sequence);
                await evaluation.Observe(recorded.Tenant, rule, measured, EventMetadata.CausedBy(recorded, $"system:{Name}"), ct);
            }
        }
    }
}

/// <summary>Ends the alerts of a rule that is deleted, disabled or means something else now, also one that was raised while it changed.</summary>
internal sealed class AlertsFollowRules(AlertEvaluation evaluation, AlertQueries queries) : IReaction
{
    private const string Changed = "rule_changed", Deleted = "rule_deleted";

    /// <inheritdoc/>
    public string Name => "alerts_follow_rules";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(AlertRuleChanged), typeof(AlertRuleDeleted), typeof(AlertTriggered)];

    /// <inheritdoc/>
    public async Task React(Delivery delivery, CancellationToken ct)
    {
        var (tenant, stream) = (delivery.Recorded.Tenant, delivery.Recorded.Stream);
        var metadata = EventMetadata.CausedBy(delivery.Recorded, $"system:{Name}");
        switch (delivery.Event)
        {
            case AlertRuleChanged { Redefined: true }:
                await evaluation.Withdraw(tenant, stream, Changed, metadata, ct);
                break;
            case AlertRuleDeleted:
                await evaluation.Withdraw(tenant, stream, Deleted, metadata, ct);
                break;
            case AlertTriggered triggered:
                var rule = await queries.FindRule(tenant, triggered.RuleId, ct);
                if (rule?.Known.MeansTheSameAs(triggered.Terms) != true)
                {
                    await evaluation.Withdraw(tenant, triggered.RuleId, rule is null ? Deleted : Changed, metadata, ct);
                }

                break;
        }
    }
}

/// <summary>Holds the machine to the rules of every tenant. One silo does, on the machine that it runs on.</summary>
internal sealed class SystemAlerts(LeaderElection owner, AlertEvaluation evaluation, AlertWatches watches, AlertQueries queries, ResourceMonitor monitor, TimeProvider time)
    : BackgroundService
{
    private const string Name = "system_alerts";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly EventMetadata Metadata = new($"system:{Name}");

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => owner.Run(Name, Watch, stoppingToken);

    private async Task Watch(CancellationToken ct)
    {
        await watches.Interrupt(AlertEvaluation.System, ct);
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var now = monitor.Now;
            foreach (var (tenant, rule) in await queries.Watched(null, ofSystem: true, ct))
            {
                if (SystemMetrics.Read(rule.Known.Metric, now) is { } value)
                {
                    await evaluation.Observe(tenant, rule, new Measurement(AlertEvaluation.System, value, now.Timestamp, 0), Metadata, ct);
                }
            }
        }
    }
}
