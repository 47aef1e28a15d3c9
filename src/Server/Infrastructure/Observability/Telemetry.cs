using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability;

/// <summary>
/// Collects what all parts of the process say: metrics to be pulled from <c>/metrics</c> and, when
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector, metrics and traces to be pushed there. OpenTelemetry's other variables
/// hold too.
/// </summary>
internal static class Telemetry
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The meters and activity sources of the product and of its engines.</summary>
    private static readonly string[] Sources =
        [ProductTelemetry.Name, CommitterTelemetry.Name, "Marten", "Wolverine*", "Microsoft.Orleans*"];

    // Prometheus keeps the ending _count for histograms, and the exporter does not say of a gauge that it is a ratio.
    private static readonly (string Instrument, string Name)[] Renamed =
    [
        ("dotnet.process.cpu.count", "dotnet.process.cpus"), ("dotnet.thread_pool.thread.count", "dotnet.thread_pool.threads"),
        ("dotnet.timer.count", "dotnet.timers"), ("dotnet.assembly.count", "dotnet.assemblies"),
        ("db.client.connection.count", "db.client.connections"),
        ("esa.machine.cpu.utilization", "esa.machine.cpu.utilization.ratio"),
        ("esa.machine.memory.utilization", "esa.machine.memory.utilization.ratio"),
        ("esa.machine.disk.utilization", "esa.machine.disk.utilization.ratio"),
    ];

    /// <summary>Metrics always, traces only where somebody takes them.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                "event-sourced-anomaly", serviceVersion: BuildInfo.Current.Version,
                serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}"))
            .WithMetrics(Measure);
        if (configuration[Collector] is { Length: > 0 })
        {
            telemetry.WithTracing(Trace).UseOtlpExporter();
        }

        return services;
    }

    private static void Measure(MeterProviderBuilder metrics)
    {
        metrics.AddMeter(Sources)
            .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddNpgsqlInstrumentation()
            // Made with the provider: what is told before anything listens is not heard.
            .AddInstrumentation(provider => provider.GetRequiredService<ProductTelemetry>())
            .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0);
        foreach (var (instrument, name) in Renamed)
        {
            metrics.AddView(instrument, name);
        }
    }

    private static void Trace(TracerProviderBuilder traces) =>
        traces.AddSource(Sources).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddNpgsql();
}
