using System.Text.Json.Serialization;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>The metrics of the Platform and the Operations contract in one body.</summary>
internal sealed record MetricsBody(
    bool Success, string Status, string Message, MetricsBody.Payload Data, MetricsBody.Exchanged Metadata,
    DateTimeOffset Timestamp, string RequestId)
{
    public sealed record Exchanged(string RequestId, DateTimeOffset Timestamp, long ProcessingTimeMs);

    public sealed record Payload(
        Machine System, Detection Detection, Models Models, MetricGroups Metrics, Range TimeRange, string Aggregation,
        IReadOnlyList<Point> Series);

    /// <summary>The machine's load: percent, MB, percent, seconds.</summary>
    public sealed record Machine(double CpuUsage, double MemoryUsage, double DiskUsage, long Uptime);

    /// <param name="TotalDetections">Requests for predictions that were answered.</param>
    /// <param name="AnomaliesDetected">Rows that they flagged.</param>
    /// <param name="AverageAccuracy">Of the models in service, where labels tell; null where none do.</param>
    /// <param name="AverageResponseTime">Of a detection, in seconds.</param>
    public sealed record Detection(long TotalDetections, long AnomaliesDetected, double? AverageAccuracy, double? AverageResponseTime);

    /// <summary>Detectors: all, those with a model in service, those in training.</summary>
    public sealed record Models(long TotalModels, long ActiveModels, long TrainingModels);

    public sealed record Range(DateTimeOffset Start, DateTimeOffset End);

    /// <summary>One stretch of the range.</summary>
    public sealed record Point(DateTimeOffset Timestamp, long Detections, long Samples, long Anomalies, double? AverageDetectionTimeMs);
}

/// <summary>The Operations contract's groups; a group that was not asked for is left out.</summary>
internal sealed record MetricGroups(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MetricGroups.Anomalies? AnomaliesDetected,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MetricGroups.Performance? DetectionPerformance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MetricGroups.Correlations? CorrelationAccuracy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MetricGroups.Requests? ApiPerformance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MetricGroups.Costs? CostMetrics)
{
    private static readonly string[] Names =
        ["anomalies_detected", "detection_performance", "correlation_accuracy", "api_performance", "cost_metrics"];

    /// <summary>
    /// Recorded anomalies. Rows that detections flag become none: a recorded anomaly has a severity, a flagged row has not.
    /// </summary>
    public sealed record Anomalies(long Total, Severities BySeverity, string Trend);

    public sealed record Severities(long Critical, long High, long Medium, long Low);

    /// <param name="AverageDetectionTimeMs">Null without a detection.</param>
    /// <param name="AverageConfidence">From 0 to 1; null without a detection.</param>
    /// <param name="FalsePositiveRate">Null: nobody has told which predictions were false.</param>
    public sealed record Performance(double? AverageDetectionTimeMs, double? AverageConfidence, double? FalsePositiveRate);

    /// <param name="HighConfidenceCorrelations">How many were recorded.</param>
    /// <param name="AccuracyRate">Null: nobody has told which were true.</param>
    public sealed record Correlations(long HighConfidenceCorrelations, double? AccuracyRate);

    /// <param name="TotalRequests">Requests to the API, feeds apart.</param>
    /// <param name="AverageResponseTimeMs">Null without a request.</param>
    /// <param name="ErrorRate">The share answered with 400 or above; null without a request.</param>
    /// <param name="P95LatencyMs">To within a fifth.</param>
    /// <param name="P99LatencyMs">To within a fifth.</param>
    public sealed record Requests(long TotalRequests, double? AverageResponseTimeMs, double? ErrorRate,
        double? P95LatencyMs, double? P99LatencyMs);

    /// <summary>This server meters no costs, so they are null.</summary>
    public sealed record Costs(double? TotalApiCost, double? TotalComputeCost, double? CostPerAnalysis, string Currency);

    /// <summary>The groups that are asked for; all when none is named.</summary>
    public static MetricGroups Of(IReadOnlyList<string> types, IReadOnlyList<DetectionBucket> buckets, RequestMetrics requests)
    {
        bool Asked(int group) => !types.Any(Names.Contains) || types.Contains(Names[group]);
        return new MetricGroups(
            Asked(0) ? new Anomalies(0, new Severities(0, 0, 0, 0), "stable") : null,
            Asked(1) ? PerformanceOf(buckets) : null,
            Asked(2) ? new Correlations(0, null) : null,
            Asked(3) ? RequestsOf(requests) : null,
            Asked(4) ? new Costs(null, null, null, "USD") : null);
    }

    private static Performance PerformanceOf(IReadOnlyList<DetectionBucket> buckets)
    {
        var (detections, samples) = (buckets.Sum(bucket => bucket.Detections), buckets.Sum(bucket => bucket.Samples));
        return new Performance(
            detections == 0 ? null : GetMetrics.Milliseconds(buckets.Sum(bucket => bucket.Seconds) / detections),
            samples == 0 ? null : buckets.Sum(bucket => bucket.Confidence * bucket.Samples) / samples, null);
    }

    private static Requests RequestsOf(RequestMetrics figures) => figures.Requests == 0
        ? new Requests(0, null, null, null, null)
        : new Requests(
            figures.Requests, Math.Round(1000 * figures.Seconds / figures.Requests, 3), (double)figures.Errors / figures.Requests,
            Rounded(LatencyScale.Quantile(figures.Latencies, 0.95)), Rounded(LatencyScale.Quantile(figures.Latencies, 0.99)));

    private static double? Rounded(double? milliseconds) => milliseconds is { } known ? Math.Round(known, 3) : null;
}
