using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Counts detections by tenant, detector and hour, for metrics that would otherwise read every result.</summary>
internal sealed class DetectionStatistics()
    : TableProjection("detection_statistics", ["detection_statistics"], [typeof(DetectionCompleted)])
{
    /// <inheritdoc/>
    protected override ValueTask Write(IDocumentOperations operations, IEvent @event, CancellationToken ct)
    {
        var completed = (DetectionCompleted)@event.Data;
        QueueOnce(
            operations, @event,
            $"""
            insert into {Schema}.detection_statistics as s (tenant_id, detector_id, hour, detections, samples, anomalies, seconds)
            select ?, ?, ?, 1, ?, ?, ? from once
            on conflict (tenant_id, detector_id, hour) do update set
                detections = s.detections + excluded.detections, samples = s.samples + excluded.samples,
                anomalies = s.anomalies + excluded.anomalies, seconds = s.seconds + excluded.seconds
            """,
            @event.TenantId, completed.DetectorId, Hours.Of(completed.CompletedAt), completed.Summary.TotalSamples,
            completed.Summary.AnomaliesDetected,
            ExactSum.Of(completed.Cost.Seconds));
        return ValueTask.CompletedTask;
    }
}
