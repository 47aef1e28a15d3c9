using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>Where the server listens, and how it says so.</summary>
internal static class Listening
{
    private const long MaxBodySize = 64L << 20;
    private const double MinBytesPerSecond = 1024;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Listens where the settings say.</summary>
    public static void Listen(this WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(MinBytesPerSecond, Grace);
        });
        builder.WebHost.UseUrls($"http://{settings.Host}:{settings.Port}");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
    }

    /// <summary>Says on the standard output when requests are served, and where.</summary>
    public static void AnnounceReadiness(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
        Console.Out.WriteLine($"ready on {addresses?.FirstOrDefault()}");
    });
}
