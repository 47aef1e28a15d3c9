using EventSourcedAnomaly.EventLog.Subscriptions;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>Counts detections by tenant, detector and hour, for metrics that would otherwise read every result.</summary>
internal sealed class DetectionStatistics : IProjection
{
    /// <inheritdoc/>
    public string Name => "detection_statistics";

    /// <inheritdoc/>
    public IReadOnlyList<string> Tables { get; } = ["detection_statistics"];

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(DetectionCompleted)];

    /// <inheritdoc/>
    public async Task Project(IReadOnlyList<Delivery> events, NpgsqlConnection connection, CancellationToken ct)
    {
        var rows = events
            .Select(delivery => (delivery.Recorded.Tenant, Event: (DetectionCompleted)delivery.Event))
            .GroupBy(row => (row.Tenant, row.Event.DetectorId, Hour: Hours.Of(row.Event.CompletedAt)))
            .ToArray();
        await using var command = new NpgsqlCommand("""
            insert into detection_statistics (tenant_id, detector_id, hour, detections, samples, anomalies, seconds)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            on conflict (tenant_id, detector_id, hour) do update set
                detections = detection_statistics.detections + excluded.detections,
                samples = detection_statistics.samples + excluded.samples,
                anomalies = detection_statistics.anomalies + excluded.anomalies,
                seconds = detection_statistics.seconds + excluded.seconds
            """, connection)
        {
            Parameters =
            {
                new() { Value = rows.Select(row => row.Key.Tenant).ToArray() },
                new() { Value = rows.Select(row => row.Key.DetectorId).ToArray() },
                new() { Value = rows.Select(row => row.Key.Hour).ToArray() },
                new() { Value = rows.Select(row => (long)row.Count()).ToArray() },
                new() { Value = rows.Select(row => row.Sum(e => e.Event.Summary.TotalSamples)).ToArray() },
                new() { Value = rows.Select(row => row.Sum(e => e.Event.Summary.AnomaliesDetected)).ToArray() },
                new() { Value = rows.Select(row => row.Sum(e => Exact.Of(e.Event.Cost.Seconds))).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>Hours as the statistics count them.</summary>
internal static class Hours
{
    /// <summary>The hour in which a time lies.</summary>
    public static DateTime Of(DateTimeOffset time) => time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour);
}

/// <summary>Fractions as projections add them up: the sum of doubles depends on how events were grouped, that of decimals does not.</summary>
internal static class Exact
{
    private const int Digits = 9;

    /// <summary>A number to nine digits behind the point.</summary>
    public static decimal Of(double value) => Math.Round((decimal)value, Digits);
}
