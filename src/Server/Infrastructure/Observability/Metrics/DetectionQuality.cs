using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Features.Detections;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>Sums up how sure detections were, and how right where labels tell, by tenant and hour.</summary>
internal sealed class DetectionQuality : IProjection
{
    /// <inheritdoc/>
    public string Name => "detection_quality";

    /// <inheritdoc/>
    public IReadOnlyList<string> Tables { get; } = ["detection_quality"];

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(DetectionCompleted)];

    /// <inheritdoc/>
    public async Task Project(IReadOnlyList<Delivery> events, NpgsqlConnection connection, CancellationToken ct)
    {
        var rows = events
            .Select(delivery => (delivery.Recorded.Tenant, Event: (DetectionCompleted)delivery.Event))
            .GroupBy(row => (row.Tenant, Hour: Hours.Of(row.Event.CompletedAt)), row => row.Event)
            .ToArray();
        await using var command = new NpgsqlCommand("""
            insert into detection_quality (tenant_id, hour, samples, confidence, labelled, accuracy, precision, recall, f1_score)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (tenant_id, hour) do update set
                samples = detection_quality.samples + excluded.samples, confidence = detection_quality.confidence + excluded.confidence,
                labelled = detection_quality.labelled + excluded.labelled, accuracy = detection_quality.accuracy + excluded.accuracy,
                precision = detection_quality.precision + excluded.precision, recall = detection_quality.recall + excluded.recall,
                f1_score = detection_quality.f1_score + excluded.f1_score
            """, connection)
        {
            Parameters =
            {
                new() { Value = rows.Select(row => row.Key.Tenant).ToArray() },
                new() { Value = rows.Select(row => row.Key.Hour).ToArray() },
                new() { Value = rows.Select(row => row.Sum(e => e.Summary.TotalSamples)).ToArray() },
                new() { Value = rows.Select(row => row.Sum(e => Exact.Of(e.Summary.AverageConfidence * e.Summary.TotalSamples))).ToArray() },
                new() { Value = rows.Select(row => Labelled(row).Sum(e => e.Summary.TotalSamples)).ToArray() },
                Weighted(rows, e => e.Quality.Accuracy),
                Weighted(rows, e => e.Quality.Precision),
                Weighted(rows, e => e.Quality.Recall),
                Weighted(rows, e => e.Quality.F1Score),
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static IEnumerable<DetectionCompleted> Labelled(IEnumerable<DetectionCompleted> events) => events.Where(e => e.Quality.Accuracy is not null);

    // A precision without a row flagged, or a recall without an anomaly, counts as 0, as in scikit-learn.
    private static NpgsqlParameter Weighted<TKey>(IGrouping<TKey, DetectionCompleted>[] rows, Func<DetectionCompleted, double?> figure) =>
        new() { Value = rows.Select(row => Labelled(row).Sum(e => Exact.Of((figure(e) ?? 0) * e.Summary.TotalSamples))).ToArray() };
}
