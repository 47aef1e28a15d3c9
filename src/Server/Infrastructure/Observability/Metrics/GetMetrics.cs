using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Health;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>
/// <c>GET /api/v1/metrics</c> (000, 003): one body that satisfies both documents, about the caller's tenant. 000's figures are those since the
/// beginning, 003's those of a time range.
/// </summary>
internal static class GetMetrics
{
    private static readonly TimeSpan DefaultLength = TimeSpan.FromDays(30);

    public static async Task<IResult> Handle(
        HttpContext http, DetectionMetrics detections, InventoryMetrics inventory, RequestStatistics requests, MachineLoad load)
    {
        var (tenant, ct) = (http.Tenant(), http.RequestAborted);
        var range = TimeRange.Of(http, DefaultLength);
        var aggregation = TimeRange.Granularity(http, "aggregation", "day");
        var types = (http.Text("metric_types") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var counts = await inventory.Of(tenant, ct);
        var ever = await detections.Total(tenant, TimeRange.Always, ct);
        var buckets = await detections.ByTime(tenant, range, aggregation, ct);
        var data = new MetricsBody.Payload(
            new MetricsBody.Machine(
                Units.Percent(load.Now.Cpu), Units.Megabytes(load.Now.MemoryUsedBytes), Units.Percent(load.Now.Disk), (long)load.Uptime.TotalSeconds),
            new MetricsBody.Detection(ever.Detections, ever.Anomalies, counts.Accuracy, ever.SecondsEach),
            new MetricsBody.Models(counts.Detectors, counts.ActiveDetectors, counts.TrainingDetectors),
            MetricGroups.Of(types, buckets, await requests.Of(tenant, range, ct)),
            new MetricsBody.Range(range.Start, range.End),
            aggregation,
            [.. buckets.Select(bucket => new MetricsBody.Point(bucket.Start, bucket.Detections, bucket.Samples, bucket.Anomalies, Milliseconds(bucket.SecondsEach)))]);
        var exchange = Reply.ExchangeOf(http);
        return Results.Json(
            new MetricsBody(
                true, "success", "Metrics retrieved successfully", data,
                new MetricsBody.Exchanged(exchange.RequestId, exchange.Now, (long)exchange.Elapsed.TotalMilliseconds), exchange.Now, exchange.RequestId),
            Json.Options);
    }

    internal static double? Milliseconds(double? seconds) => seconds is { } known ? Math.Round(known * 1000, 3) : null;
}
