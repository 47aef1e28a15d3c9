using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>
/// The tenant's detections over time, the last day by the hour unless told otherwise. A stretch without detections is left out.
/// </summary>
internal sealed class GetPerformanceMetrics(DetectionMetrics detections, TimeProvider time)
    : Endpoint<GetPerformanceMetrics.Request, GetPerformanceMetrics.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public DateTimeOffset? StartTime { get; init; }

        [QueryParam]
        public DateTimeOffset? EndTime { get; init; }

        [QueryParam]
        public string? Granularity { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Granularity).OneOf(TimeRange.Granularities);
    }

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
        DateTimeOffset Timestamp, double? Accuracy, double? Precision, double? Recall, double? F1Score, double? ResponseTime,
        double? Throughput, long Detections,
        long Samples, long AnomaliesDetected);

    public new sealed record Response(Range TimeRange, string Granularity, IReadOnlyList<Point> Metrics);

    public override void Configure()
    {
        Get("/api/v1/metrics/performance");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "The tenant's detections over time";
            s.Params["start_time"] = "The beginning of the time range.";
            s.Params["end_time"] = "The end of the time range.";
            s.Params["granularity"] = "How finely the time range is cut: by hour unless told.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var granularity = request.Granularity ?? "hour";
        var range = Metrics.TimeRange.Of(request.StartTime, request.EndTime, TimeSpan.FromDays(1), time);
        var buckets = await detections.ByTime(HttpContext.Tenant(), range, granularity, ct);
        return new Response(new Range(range.Start, range.End),
            granularity, [.. buckets.Select(bucket => PointOf(bucket, range, granularity))]);
    }

    private static Point PointOf(DetectionBucket bucket, TimeRange range, string granularity)
    {
        var seconds = range.Within(bucket.Start, granularity).TotalSeconds;
        return new Point(
            bucket.Start, bucket.Accuracy, bucket.Precision, bucket.Recall, bucket.F1Score, bucket.SecondsEach, seconds > 0
                ? bucket.Samples / seconds : null,
            bucket.Detections, bucket.Samples, bucket.Anomalies);
    }
}
