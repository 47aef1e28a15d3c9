using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Sums up how sure detections were, and how right where labels tell, by tenant and hour.</summary>
internal sealed class DetectionQuality() : TableProjection("detection_quality", ["detection_quality"], [typeof(DetectionCompleted)])
{
    /// <inheritdoc/>
    protected override ValueTask Write(IDocumentOperations operations, IEvent @event, CancellationToken ct)
    {
        var completed = (DetectionCompleted)@event.Data;
        var samples = completed.Summary.TotalSamples;
        var labelled = completed.Quality.Accuracy is null ? 0 : samples;
        QueueOnce(
            operations, @event,
            $"""
            insert into {Schema}.detection_quality as q (tenant_id, hour, samples, confidence, labelled, accuracy, precision, recall,
                f1_score)
            select ?, ?, ?, ?, ?, ?, ?, ?, ? from once
            on conflict (tenant_id, hour) do update set
                samples = q.samples + excluded.samples, confidence = q.confidence + excluded.confidence,
                    labelled = q.labelled + excluded.labelled,
                accuracy = q.accuracy + excluded.accuracy, precision = q.precision + excluded.precision,
                    recall = q.recall + excluded.recall,
                f1_score = q.f1_score + excluded.f1_score
            """,
            @event.TenantId, Hours.Of(completed.CompletedAt), samples, ExactSum.Of(completed.Summary.AverageConfidence * samples), labelled,
            Weighted(completed.Quality.Accuracy, labelled), Weighted(completed.Quality.Precision, labelled),
            Weighted(completed.Quality.Recall, labelled),
            Weighted(completed.Quality.F1Score, labelled));
        return ValueTask.CompletedTask;
    }

    // A precision without a row flagged, or a recall without an anomaly, counts as 0, as in scikit-learn.
    private static decimal Weighted(double? metric, long samples) => ExactSum.Of((metric ?? 0) * samples);
}
