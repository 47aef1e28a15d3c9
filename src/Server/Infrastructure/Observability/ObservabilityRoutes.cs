using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Health;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability;

/// <summary>The capability's parts and paths.</summary>
internal static class ObservabilityRoutes
{
    public static IServiceCollection AddObservability(this IServiceCollection services) => services
        .AddSingleton<ProductTelemetry>().AddSingleton<MetricsPage>().AddHostedService<Telemetry>()
        .AddSingleton<MachineLoad>().AddHostedService(provider => provider.GetRequiredService<MachineLoad>())
        .AddSingleton<ResourceMonitor>().AddHostedService(provider => provider.GetRequiredService<ResourceMonitor>())
        .AddSingleton<RequestStatistics>().AddHostedService(provider => provider.GetRequiredService<RequestStatistics>())
        .AddSingleton<ISubscription, DetectionQuality>()
        .AddSingleton<DetectionMetrics>().AddSingleton<InventoryMetrics>().AddSingleton<SystemHealth>();

    public static void MapObservability(this IEndpointRouteBuilder routes)
    {
        MapHealth(routes);
        routes.MapGet("/v1/status", GetStatus.Handle).Describes<GetStatus.Response>("The load of the machine and the tenant in numbers").Needs(Access.Look);
        routes.MapGet("/api/v1/metrics", GetMetrics.Handle)
            .Describes<MetricsBody>("The tenant's metrics", enveloped: false).QueryTimes()
            .Query("metric_types", "The groups of metrics wanted, separated by commas; all unless told.")
            .Query("aggregation", "How finely the time range is cut: by day unless told.", RequestParameterType.Text, [.. TimeRange.Granularities]).Needs(Access.Look);
        routes.MapGet("/api/v1/metrics/performance", GetPerformanceMetrics.Handle)
            .Describes<GetPerformanceMetrics.Response>("The tenant's detections over time").QueryTimes()
            .Query("granularity", "How finely the time range is cut: by hour unless told.", RequestParameterType.Text, [.. TimeRange.Granularities]).Needs(Access.Look);
        routes.MapGet("/api/v1/monitor/resources", GetResources.Handle)
            .Describes<ResourceUsage>("The machine's processors, memory, disk and graphics cards").Needs(Access.Look);
        routes.MapGet("/api/v1/monitor/resources/history", GetResourceHistory.Handle)
            .Describes<GetResourceHistory.Response>("The same over the last minutes")
            .Query("minutes", "How far back: 5 unless told, at most 60.", RequestParameterType.Whole).Needs(Access.Look);
        routes.MapGet("/metrics", GetPrometheusMetrics.Handle).Needs(Access.Free)
            .Describes<string>("This process's metrics for Prometheus", contentTypes: ["text/plain", "application/openmetrics-text"]);
    }

    private static void MapHealth(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", GetHealth.Handle).DescribesHealth<HealthAnswer<GetHealth.Data>>("Whether the server works");
        routes.MapGet("/health/live", GetLiveness.Handle).DescribesHealth<HealthAnswer<GetLiveness.Data>>("Whether this process should live on");
        routes.MapGet("/health/ready", GetReadiness.Handle).DescribesHealth<HealthAnswer<GetReadiness.Data>>("Whether requests should come here");
        routes.MapGet("/health/detailed", GetDetailedHealth.Handle).DescribesHealth<HealthAnswer<GetDetailedHealth.Data>>("The parts of the product, the load and the uptime");
        routes.MapGet("/api/v1/health", GetTrainingHealth.Handle).DescribesHealth<GetTrainingHealth.Response>("The parts of the product and the load");
        routes.MapGet("/api/v1/health/metrics", GetHealthMetrics.Handle).DescribesHealth<GetHealthMetrics.Response>("The machine, this process and the log in numbers");
        routes.MapGet("/v1/health", GetReferenceHealth.Handle).DescribesHealth<GetReferenceHealth.Response>("Whether the server and what it uses work");
        routes.MapGet("/v1/version", GetVersion.Handle).Needs(Access.Open).Describes<GetVersion.Response>("What this build can do");
    }
}
