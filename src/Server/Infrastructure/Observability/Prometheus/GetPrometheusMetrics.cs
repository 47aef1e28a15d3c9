using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;

/// <summary>This process's metrics for Prometheus, as OpenMetrics when the <c>Accept</c> header asks for it.</summary>
internal sealed class GetPrometheusMetrics(PrometheusScrape scrape) : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/metrics");
        this.Needs(Access.Free);
        this.Streams("text/plain", "application/openmetrics-text");
        Summary(s => s.Summary = "This process's metrics for Prometheus");
    }

    public override Task HandleAsync(CancellationToken ct) => scrape.Answer(HttpContext);
}
