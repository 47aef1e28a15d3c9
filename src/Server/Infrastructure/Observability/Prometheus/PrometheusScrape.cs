namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;

/// <summary>OpenTelemetry's answer to a scrape, as OpenMetrics when the <c>Accept</c> header asks for it.</summary>
internal sealed class PrometheusScrape(IServiceProvider services)
{
    private readonly RequestDelegate _answer =
        new ApplicationBuilder(services).UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();

    /// <summary>Writes every metric of this process as the answer to a request.</summary>
    public Task Answer(HttpContext http) => _answer(http);
}
