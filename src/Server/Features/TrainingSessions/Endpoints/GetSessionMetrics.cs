using System.ComponentModel.DataAnnotations;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Endpoints;

/// <summary>Shows the metrics of a session's last epochs, in their order.</summary>
internal sealed class GetSessionMetrics(TrainingSessionQueries sessions, MetricPoints points)
    : Endpoint<GetSessionMetrics.Request, GetSessionMetrics.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string SessionId { get; init; } = string.Empty;

        [QueryParam]
        public string? MetricName { get; init; }

        [QueryParam, Range(1, 100_000)]
        public int Limit { get; init; } = 1000;
    }

    public new sealed record Response(string SessionId, IReadOnlyList<EpochMetrics> Metrics);

    public override void Configure()
    {
        Get("/api/v1/training/sessions/{session_id}/metrics");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "The metrics of a session's last epochs";
            s.Params["metric_name"] = "Only this metric.";
            s.Params["limit"] = "How many epochs at most: 1000 unless told.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (tenant, sessionId, limit) = (HttpContext.Tenant(), request.SessionId, request.Limit);
        var run = await sessions.Get(tenant, sessionId, ct);
        var wanted = request.MetricName is { } name ? [name] : run.MetricNames;
        var found = await points.Last(new StreamKey(tenant, sessionId), wanted, run.Epoch, limit, ct);
        var epochs = found.GroupBy(point => point.Epoch).OrderByDescending(epoch => epoch.Key).Take(limit).Reverse();
        return new Response(sessionId, [.. epochs.Select(epoch => new EpochMetrics(epoch.Key, epoch.Max(point => point.Measured))
        {
            Values = epoch.OrderBy(point => point.Metric, StringComparer.Ordinal)
                .ToDictionary(point => point.Metric, point => (object)point.Value),
        })]);
    }
}
