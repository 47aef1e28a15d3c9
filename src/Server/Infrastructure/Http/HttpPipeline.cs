using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>The way of a request through the server.</summary>
internal static class HttpPipeline
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>From the outermost step to the endpoint.</summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseMiddleware<RequestObservation>();
        app.UseMiddleware<RequestContextMiddleware>();
        app.UseOpenApiReaders();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive });
        app.UseRouting();
        app.UseMiddleware<Authentication>();
        app.UseMiddleware<RateLimiting>();
        app.UseMiddleware<Authorization>();
        app.MapHttpEndpoints();
    }
}
