using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Observability.Health;
using EventSourcedAnomaly.Server.Observability.Metrics;
using EventSourcedAnomaly.Server.Observability.Prometheus;
using EventSourcedAnomaly.Server.Security;

namespace EventSourcedAnomaly.Server.Observability;

/// <summary>The capability's parts and paths.</summary>
internal static class ObservabilityRoutes
{
    public static IServiceCollection AddObservability(this IServiceCollection services) => services
        .AddSingleton<ProductTelemetry>().AddSingleton<MetricsPage>().AddHostedService<Telemetry>()
        .AddSingleton<MachineLoad>().AddHostedService(provider => provider.GetRequiredService<MachineLoad>())
        .AddSingleton<RequestStatistics>().AddHostedService(provider => provider.GetRequiredService<RequestStatistics>())
        .AddSingleton<ISubscription, DetectionQuality>()
        .AddSingleton<DetectionFigures>().AddSingleton<InventoryFigures>().AddSingleton<SystemHealth>();

    public static void MapObservability(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", GetHealth.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/health/live", GetLiveness.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/health/ready", GetReadiness.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/health/detailed", GetDetailedHealth.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/api/v1/health", GetTrainingHealth.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/api/v1/health/metrics", GetHealthMetrics.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/v1/health", GetReferenceHealth.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/v1/version", GetVersion.Handle).WithMetadata(new OpenToAll());
        routes.MapGet("/v1/status", GetStatus.Handle);
        routes.MapGet("/api/v1/metrics", GetMetrics.Handle);
        routes.MapGet("/api/v1/metrics/performance", GetPerformanceMetrics.Handle);
        routes.MapGet("/metrics", GetPrometheusMetrics.Handle).WithMetadata(new OpenToAll());
    }
}
