using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using JasperFx.Events;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>
/// Holds what training sessions measure to their tenant's rules, in the order of the log; of a report about several epochs, the last one
/// counts.
/// </summary>
public static class TrainingAlertsHandler
{
    /// <summary>An epoch that the server trained.</summary>
    public static Task Handle(IEvent<TrainingSessionEpochEnded> ended, IGrainFactory grains, CancellationToken ct) =>
        Observe(ended, ended.Data.Metrics, ended.Data.EndedAt, grains, ct);

    /// <summary>Epochs that somebody else's program reported.</summary>
    public static Task Handle(IEvent<TrainingSessionMetricsRecorded> reported, IGrainFactory grains, CancellationToken ct) =>
        Observe(reported, reported.Data.Latest, reported.Data.MeasuredAt, grains, ct);

    private static Task Observe(IEvent recorded, IReadOnlyDictionary<string, double> metrics, DateTimeOffset at,
        IGrainFactory grains, CancellationToken ct)
    {
        RequestMetadata.Set(new EventMetadata("system:training_alerts", recorded.CorrelationId, recorded.Id.ToString()));
        return grains.Of<ITrainingAlertsGrain>(recorded.TenantId, recorded.StreamKey!).Observe(metrics, at, recorded.Sequence, ct);
    }
}
