using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>The one in the cluster who holds the machine to the rules of every tenant: the machine that it runs on.</summary>
[Alias("esa.SystemAlerts")]
internal interface ISystemAlertsGrain : IClusterTask;

/// <inheritdoc cref="ISystemAlertsGrain"/>
internal sealed class SystemAlertsGrain(AlertEvaluation evaluation, AlertWatches watches, AlertQueries queries,
    ResourceMonitor monitor, TimeProvider time)
    : ClusterTaskGrain(time), ISystemAlertsGrain
{
    private static readonly EventMetadata Metadata = new("system:system_alerts");

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        await watches.Interrupt(AlertEvaluation.System, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task Run(CancellationToken ct)
    {
        RequestMetadata.Set(Metadata);
        var now = monitor.Now;
        foreach (var (tenant, rule) in await queries.Watched(null, ofSystem: true, ct))
        {
            if (SystemMetrics.Read(rule.Defined.Metric, now) is { } value)
            {
                await evaluation.Observe(tenant, rule, new Measurement(AlertEvaluation.System, value, now.Timestamp, 0), ct);
            }
        }
    }
}
