namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;

/// <summary><c>GET /metrics</c>: this process's metrics for Prometheus, as OpenMetrics when the <c>Accept</c> header asks for it.</summary>
internal static class GetPrometheusMetrics
{
    private const string Text = "text/plain; version=0.0.4; charset=utf-8";
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public static async Task<IResult> Handle(HttpContext http, MetricsPage page)
    {
        var asked = http.Request.Headers.Accept.ToString().Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase);
        var text = await page.Write(asked ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text, http.RequestAborted);
        return Results.Text(text, asked ? OpenMetrics : Text);
    }
}
