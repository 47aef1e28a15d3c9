using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;
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
internal sealed class Telemetry : IHostedService, IDisposable
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Prometheus keeps the ending _count for histograms.
    private static readonly (string Instrument, string Name)[] Renamed =
    [
        ("dotnet.process.cpu.count", "dotnet.process.cpus"), ("dotnet.thread_pool.thread.count", "dotnet.thread_pool.threads"),
        ("dotnet.timer.count", "dotnet.timers"), ("dotnet.assembly.count", "dotnet.assemblies"), ("db.client.connection.count", "db.client.connections"),
    ];

    private readonly IConfiguration _configuration;
    private readonly BuildInfo _build;
    private readonly MetricsPage _page;
    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    // What is told before anything listens is not heard, so everything that tells is asked for here.
    public Telemetry(IConfiguration configuration, BuildInfo build, MetricsPage page, ProductTelemetry product)
    {
        ArgumentNullException.ThrowIfNull(product);
        _configuration = configuration;
        _build = build;
        _page = page;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var pushed = _configuration[Collector] is { Length: > 0 };
        var metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(
                ProductTelemetry.Name, LogTelemetry.Name, SiloTelemetry.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql")
            .AddReader(_page.Reader);
        foreach (var (instrument, name) in Renamed)
        {
            metrics.AddView(instrument, name);
        }

        _metrics = (pushed ? metrics.AddOtlpExporter() : metrics).Build();
        if (pushed)
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Describe)
                .AddSource(ProductTelemetry.Name, LogTelemetry.Name, SiloTelemetry.Name, "Microsoft.AspNetCore")
                .AddOtlpExporter()
                .Build();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private void Describe(ResourceBuilder resource) =>
        resource.AddService("event-sourced-anomaly", serviceVersion: _build.Version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}");
}
