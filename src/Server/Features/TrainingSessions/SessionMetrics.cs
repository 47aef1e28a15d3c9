using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary><c>GET …/sessions/{session_id}/metrics</c>: the last epochs, in their order.</summary>
internal static class GetSessionMetrics
{
    public sealed record Response(string SessionId, IReadOnlyList<EpochMetrics> Metrics);

    public static async Task<IResult> Handle(HttpContext http, string sessionId, TrainingSessionQueries sessions, MetricPoints points)
    {
        var limit = http.Whole("limit", 1000, 1, 100_000);
        var run = await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        var wanted = http.Text("metric_name") is { } name ? [name] : run.MetricNames;
        var found = await points.Last(new StreamKey(http.Tenant(), sessionId), wanted, run.Epoch, limit, http.RequestAborted);
        var epochs = found.GroupBy(point => point.Epoch).OrderByDescending(epoch => epoch.Key).Take(limit).Reverse();
        return Reply.Ok(new Response(sessionId, [.. epochs.Select(epoch => new EpochMetrics(epoch.Key, epoch.Max(point => point.Measured))
        {
            Values = epoch.OrderBy(point => point.Metric, StringComparer.Ordinal).ToDictionary(point => point.Metric, point => (object)point.Value),
        })]));
    }
}

/// <summary><c>GET /api/v1/metrics/{session_id}/history</c>: one metric over the epochs.</summary>
internal static class GetMetricHistory
{
    private const int Unthinned = 10_000;

    /// <param name="SessionId">The session.</param>
    /// <param name="MetricName">The metric.</param>
    /// <param name="Values">Its values.</param>
    /// <param name="Epochs">The epoch of each.</param>
    /// <param name="Timestamps">When each was measured.</param>
    /// <param name="Total">How many there are; more than are shown where they were thinned out.</param>
    public sealed record Response(
        string SessionId, string MetricName, IReadOnlyList<double> Values, IReadOnlyList<int> Epochs, IReadOnlyList<DateTimeOffset> Timestamps, int Total);

    public static async Task<IResult> Handle(HttpContext http, string sessionId, TrainingSessionQueries sessions, MetricPoints points)
    {
        var first = (int)(http.WholeOrNull("start_epoch", 0, int.MaxValue) ?? 0);
        var last = (int)(http.WholeOrNull("end_epoch", 0, int.MaxValue) ?? int.MaxValue);
        var most = http.Whole("max_points", Unthinned, 2, 1_000_000);
        var run = await sessions.Get(http.Tenant(), sessionId, http.RequestAborted);
        var metric = http.Text("metric_name") ?? (run.MetricNames.Contains(run.Made.Configuration.BestBy) ? run.Made.Configuration.BestBy : "train_loss");
        if (run.MetricNames.Count > 0 && !run.MetricNames.Contains(metric))
        {
            throw Problem.Invalid("metric_name", $"a metric of the session: {string.Join(", ", run.MetricNames.Take(50))}", metric);
        }

        var stream = new StreamKey(http.Tenant(), sessionId);
        var (epochs, values) = await points.History(stream, metric, first, Math.Min(last, run.Epoch), http.RequestAborted);
        var kept = Thinning.Keep(values, most);
        int[] keptEpochs = [.. kept.Select(i => epochs[i])];
        var times = await points.Times(stream, metric, keptEpochs, http.RequestAborted);
        return Reply.Ok(new Response(sessionId, metric, [.. kept.Select(i => values[i])], keptEpochs, times, values.Count));
    }
}

/// <summary>Thins a curve out so that it still looks the same: of each stretch the lowest and the highest point stay.</summary>
internal static class Thinning
{
    /// <summary>Which points stay, in order; all of them if they are few enough.</summary>
    /// <param name="values">The curve.</param>
    /// <param name="most">How many points may stay, at least 2.</param>
    public static IReadOnlyList<int> Keep(IReadOnlyList<double> values, int most)
    {
        if (values.Count <= most)
        {
            return [.. Enumerable.Range(0, values.Count)];
        }

        var stretches = most / 2;
        var kept = new List<int>(most);
        for (var stretch = 0; stretch < stretches; stretch++)
        {
            var from = (int)((long)values.Count * stretch / stretches);
            var to = (int)((long)values.Count * (stretch + 1) / stretches);
            var (lowest, highest) = (from, from);
            for (var i = from + 1; i < to; i++)
            {
                lowest = values[i] < values[lowest] ? i : lowest;
                highest = values[i] > values[highest] ? i : highest;
            }

            kept.Add(Math.Min(lowest, highest));
            if (lowest != highest)
            {
                kept.Add(Math.Max(lowest, highest));
            }
        }

        return kept;
    }
}
