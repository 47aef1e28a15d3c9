using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.HttpOverrides;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>The way of a request through the server.</summary>
internal static class HttpPipeline
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>From the outermost step to the endpoint.</summary>
    public static void UseHttp(this WebApplication app)
    {
        app.UseTrustedProxies();
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

    // Behind a proxy all callers would share its address, and with it their limits.
    private static void UseTrustedProxies(this WebApplication app)
    {
        var trusted = app.Services.GetRequiredService<ServerSettings>().TrustedProxies;
        if (trusted.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in trusted)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
