using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>
/// <c>GET /api/v1/metrics/performance</c> (000): the tenant's detections over time, the last day by the hour unless told otherwise. A stretch
/// without detections is left out.
/// </summary>
internal static class GetPerformanceMetrics
{
    public sealed record Range(DateTimeOffset Start, DateTimeOffset End);

    /// <param name="Timestamp">The beginning of the stretch.</param>
    /// <param name="Accuracy">Null where no labels tell; likewise the next three.</param>
    /// <param name="Precision">See <paramref name="Accuracy"/>.</param>
    /// <param name="Recall">See <paramref name="Accuracy"/>.</param>
    /// <param name="F1Score">See <paramref name="Accuracy"/>.</param>
    /// <param name="ResponseTime">The mean time of a detection in seconds.</param>
    /// <param name="Throughput">Rows judged per second of the stretch.</param>
    /// <param name="Detections">How many there were.</param>
    /// <param name="Samples">How many rows they judged.</param>
    /// <param name="AnomaliesDetected">How many of these they flagged.</param>
    public sealed record Point(
        DateTimeOffset Timestamp, double? Accuracy, double? Precision, double? Recall, double? F1Score, double? ResponseTime, double? Throughput, long Detections,
        long Samples, long AnomaliesDetected);

    public sealed record Response(Range TimeRange, string Granularity, IReadOnlyList<Point> Metrics);

    public static async Task<IResult> Handle(HttpContext http, DetectionMetrics detections)
    {
        var granularity = TimeRange.Granularity(http, "granularity", "hour");
        var range = TimeRange.Of(http, TimeSpan.FromDays(1));
        var buckets = await detections.ByTime(http.Tenant(), range, granularity, http.RequestAborted);
        return Reply.Ok(new Response(new Range(range.Start, range.End), granularity, [.. buckets.Select(bucket => PointOf(bucket, range, granularity))]));
    }

    private static Point PointOf(DetectionBucket bucket, TimeRange range, string granularity)
    {
        var seconds = range.Within(bucket.Start, granularity).TotalSeconds;
        return new Point(
            bucket.Start, bucket.Accuracy, bucket.Precision, bucket.Recall, bucket.F1Score, bucket.SecondsEach, seconds > 0 ? bucket.Samples / seconds : null,
            bucket.Detections, bucket.Samples, bucket.Anomalies);
    }
}
