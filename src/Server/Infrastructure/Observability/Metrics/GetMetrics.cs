using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Health;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>
/// The caller's tenant in numbers: one body that satisfies the Platform and the Operations contract. The former's numbers are those since
/// the beginning, the latter's those of a time range.
/// </summary>
internal sealed class GetMetrics(DetectionMetrics detections, InventoryMetrics inventory, RequestStatistics requests,
    MachineLoad load, TimeProvider time)
    : Endpoint<GetMetrics.Request, MetricsBody>
{
    private static readonly TimeSpan DefaultLength = TimeSpan.FromDays(30);

    public sealed record Request
    {
        [QueryParam]
        public DateTimeOffset? StartTime { get; init; }

        [QueryParam]
        public DateTimeOffset? EndTime { get; init; }

        [QueryParam]
        public string? MetricTypes { get; init; }

        [QueryParam]
        public string? Aggregation { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Aggregation).OneOf(TimeRange.Granularities);
    }

    public override void Configure()
    {
        Get("/api/v1/metrics");
        this.Needs(Access.Look);
        this.AnswersPlainly();
        Summary(s =>
        {
            s.Summary = "The tenant's metrics";
            s.Params["start_time"] = "The beginning of the time range.";
            s.Params["end_time"] = "The end of the time range.";
            s.Params["metric_types"] = "The groups of metrics wanted, separated by commas; all unless told.";
            s.Params["aggregation"] = "How finely the time range is cut: by day unless told.";
        });
    }

    public override async Task<MetricsBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (tenant, aggregation) = (HttpContext.Tenant(), request.Aggregation ?? "day");
        var range = TimeRange.Of(request.StartTime, request.EndTime, DefaultLength, time);
        var types = (request.MetricTypes ?? string.Empty)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var counts = await inventory.Of(tenant, ct);
        var ever = await detections.Total(tenant, TimeRange.Always, ct);
        var buckets = await detections.ByTime(tenant, range, aggregation, ct);
        var data = new MetricsBody.Payload(
            new MetricsBody.Machine(
                Units.Percent(load.Now.Cpu), Units.Megabytes(load.Now.MemoryUsedBytes), Units.Percent(load.Now.Disk),
                (long)load.Uptime.TotalSeconds),
            new MetricsBody.Detection(ever.Detections, ever.Anomalies, counts.Accuracy, ever.SecondsEach),
            new MetricsBody.Models(counts.Detectors, counts.ActiveDetectors, counts.TrainingDetectors),
            MetricGroups.Of(types, buckets, await requests.Of(tenant, range, ct)),
            new MetricsBody.Range(range.Start, range.End),
            aggregation,
            [.. buckets.Select(bucket =>
                new MetricsBody.Point(bucket.Start, bucket.Detections, bucket.Samples, bucket.Anomalies,
                    Milliseconds(bucket.SecondsEach)))]);
        var exchange = ContractAnswer.ExchangeOf(HttpContext);
        return new MetricsBody(
            true, "success", "Metrics retrieved successfully", data,
            new MetricsBody.Exchanged(exchange.RequestId, exchange.Now, (long)exchange.Elapsed.TotalMilliseconds),
            exchange.Now, exchange.RequestId);
    }

    internal static double? Milliseconds(double? seconds) => seconds is { } known ? Math.Round(known * 1000, 3) : null;
}
