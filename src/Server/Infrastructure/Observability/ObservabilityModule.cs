using EventSourcedAnomaly.Server.Infrastructure.Observability.Health;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability;

/// <summary>The parts of observability.</summary>
internal static class ObservabilityModule
{
    public static IServiceCollection AddObservability(this IServiceCollection services, IConfiguration configuration) => services
        .AddTelemetry(configuration)
        .AddSingleton<ProductTelemetry>().AddSingleton<PrometheusScrape>()
        .AddSingleton<MachineLoad>().AddHostedService(provider => provider.GetRequiredService<MachineLoad>())
        .AddSingleton<ResourceMonitor>().AddHostedService(provider => provider.GetRequiredService<ResourceMonitor>())
        .AddSingleton<RequestStatistics>().AddHostedService(provider => provider.GetRequiredService<RequestStatistics>())
        .AddHostedService<SubscriptionLag>()
        .AddSingleton<DetectionMetrics>().AddSingleton<InventoryMetrics>().AddSingleton<SystemHealth>();
}
