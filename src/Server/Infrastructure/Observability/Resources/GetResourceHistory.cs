using System.ComponentModel.DataAnnotations;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

/// <summary>What the last minutes looked like, since this process started.</summary>
internal sealed class GetResourceHistory(ResourceMonitor monitor, TimeProvider time)
    : Endpoint<GetResourceHistory.Request, GetResourceHistory.Response>
{
    public sealed record Request
    {
        [QueryParam, Range(1, 60)]
        public int Minutes { get; init; } = 5;
    }

    /// <param name="Minutes">How far back it was asked for.</param>
    /// <param name="PeriodSeconds">How much time lies between two samples.</param>
    /// <param name="Samples">The samples, oldest first.</param>
    public new sealed record Response(int Minutes, double PeriodSeconds, IReadOnlyList<ResourceUsage> Samples);

    public override void Configure()
    {
        Get("/api/v1/monitor/resources/history");
        this.Needs(Access.Look);
        Summary(s =>
        {
            s.Summary = "The same over the last minutes";
            s.Params["minutes"] = "How far back: 5 unless told, at most 60.";
        });
    }

    public override Task<Response> ExecuteAsync(Request request, CancellationToken ct) => Task.FromResult(
        new Response(request.Minutes, ResourceMonitor.Period.TotalSeconds,
            monitor.Series.Since(time.GetUtcNow().AddMinutes(-request.Minutes))));
}
