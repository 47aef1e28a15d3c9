using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>What was detected in a stretch of time; means over rows, null where nothing is known.</summary>
/// <param name="Start">The beginning of the stretch.</param>
/// <param name="Detections">How many requests for predictions were answered.</param>
/// <param name="Samples">How many rows they judged.</param>
/// <param name="Anomalies">How many of these they flagged.</param>
/// <param name="Seconds">How long they took, all together.</param>
/// <param name="Confidence">How sure they were, from 0 to 1.</param>
/// <param name="Accuracy">How right, where labels tell.</param>
/// <param name="Precision">Likewise.</param>
/// <param name="Recall">Likewise.</param>
/// <param name="F1Score">Likewise.</param>
internal sealed record DetectionBucket(
    DateTimeOffset Start, long Detections, long Samples, long Anomalies, double Seconds, double? Confidence, double? Accuracy,
    double? Precision, double? Recall,
    double? F1Score)
{
    /// <summary>The mean time of a detection in seconds.</summary>
    public double? SecondsEach => Detections == 0 ? null : Seconds / Detections;
}

/// <summary>Reads the statistics of detections, which lag behind the log by moments.</summary>
internal sealed class DetectionMetrics(NpgsqlDataSource database)
{
    private const string Query = """
        with hours as (
            select hour, sum(detections) detections, sum(samples) samples, sum(anomalies) anomalies, sum(seconds) seconds
              from detection_statistics where tenant_id = $1 and hour > $2 and hour < $3 group by hour)
        select date_trunc($4, h.hour, 'UTC'), sum(h.detections)::bigint, sum(h.samples)::bigint, sum(h.anomalies)::bigint, sum(h.seconds),
               sum(q.confidence) / nullif(sum(q.samples), 0), sum(q.accuracy) / nullif(sum(q.labelled), 0),
                   sum(q.precision) / nullif(sum(q.labelled), 0),
               sum(q.recall) / nullif(sum(q.labelled), 0), sum(q.f1_score) / nullif(sum(q.labelled), 0)
          from hours h left join detection_quality q on q.tenant_id = $1 and q.hour = h.hour
         group by 1 order by 1
        """;

    /// <summary>The stretches of a range in which anything was detected, in order. The hours at its ends count whole.</summary>
    public async Task<IReadOnlyList<DetectionBucket>> ByTime(string tenant, TimeRange range, string granularity, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Query);
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = range.Start.UtcDateTime.AddHours(-1) });
        command.Parameters.Add(new() { Value = range.End.UtcDateTime });
        command.Parameters.Add(new() { Value = granularity });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var buckets = new List<DetectionBucket>();
        while (await reader.ReadAsync(ct))
        {
            buckets.Add(new DetectionBucket(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetDouble(4),
                Known(reader, 5), Known(reader, 6), Known(reader, 7), Known(reader, 8), Known(reader, 9)));
        }

        return buckets;
    }

    /// <summary>A whole range as one.</summary>
    public async Task<DetectionBucket> Total(string tenant, TimeRange range, CancellationToken ct)
    {
        var weeks = await ByTime(tenant, range, "week", ct);
        var samples = weeks.Sum(week => week.Samples);
        return new DetectionBucket(
            range.Start, weeks.Sum(week => week.Detections), samples, weeks.Sum(week => week.Anomalies), weeks.Sum(week => week.Seconds),
            samples == 0 ? null : weeks.Sum(week => week.Confidence * week.Samples) / samples, null, null, null, null);
    }

    private static double? Known(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
