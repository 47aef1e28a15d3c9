using System.ComponentModel.DataAnnotations;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Shows one metric of a session over its epochs.</summary>
internal sealed class GetMetricHistory(TrainingSessionQueries sessions, MetricPoints points)
    : Endpoint<GetMetricHistory.Request, GetMetricHistory.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;

        [QueryParam]
        public string? MetricName { get; init; }

        [QueryParam, Range(0, int.MaxValue)]
        public int StartEpoch { get; init; }

        [QueryParam, Range(0, int.MaxValue)]
        public int EndEpoch { get; init; } = int.MaxValue;

        [QueryParam, Range(2, 1_000_000)]
        public int MaxPoints { get; init; } = 10_000;
    }

    /// <param name="SessionId">The session.</param>
    /// <param name="MetricName">The metric.</param>
    /// <param name="Values">Its values.</param>
    /// <param name="Epochs">The epoch of each.</param>
    /// <param name="Timestamps">When each was measured.</param>
    /// <param name="Total">How many there are; more than are shown where they were thinned out.</param>
    public new sealed record Response(
        string SessionId, string MetricName, IReadOnlyList<double> Values, IReadOnlyList<int> Epochs,
        IReadOnlyList<DateTimeOffset> Timestamps, int Total);

    public override void Configure()
    {
        Get("/api/v1/metrics/{session_id}/history");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "One metric of a session over its epochs";
            s.Params["metric_name"] = "The metric; unless told, the one by which the best epoch is found.";
            s.Params["start_epoch"] = "The first epoch.";
            s.Params["end_epoch"] = "The last epoch.";
            s.Params["max_points"] = "Thins longer curves out, keeping the extremes: 10000 unless told.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (tenant, sessionId) = (HttpContext.Tenant(), request.SessionId);
        var run = await sessions.Get(tenant, sessionId, ct);
        var metric = request.MetricName
            ?? (run.MetricNames.Contains(run.Made.Configuration.BestBy) ? run.Made.Configuration.BestBy : "train_loss");
        if (run.MetricNames.Count > 0 && !run.MetricNames.Contains(metric))
        {
            throw Problem.Invalid("metric_name", $"a metric of the session: {string.Join(", ", run.MetricNames.Take(50))}", metric);
        }

        var stream = new StreamKey(tenant, sessionId);
        var (epochs, values) = await points.History(stream, metric, request.StartEpoch, Math.Min(request.EndEpoch, run.Epoch), ct);
        var kept = Thinning.Keep(values, request.MaxPoints);
        int[] keptEpochs = [.. kept.Select(i => epochs[i])];
        var times = await points.Times(stream, metric, keptEpochs, ct);
        return new Response(sessionId, metric, [.. kept.Select(i => values[i])], keptEpochs, times, values.Count);
    }
}
