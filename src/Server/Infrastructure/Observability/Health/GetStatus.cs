using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>The load of the machine, and the caller's tenant in numbers.</summary>
internal sealed class GetStatus(InventoryMetrics inventory, DetectionMetrics detections, MachineLoad load, TimeProvider time)
    : EndpointWithoutRequest<GetStatus.Response>
{
    /// <param name="Uptime">In seconds.</param>
    /// <param name="MemoryUsage">The share of the machine's memory in use, from 0 to 1.</param>
    /// <param name="CpuUsage">The share of the machine's processor time in use, from 0 to 1.</param>
    /// <param name="DiskUsage">The share of the data directory's disk in use, from 0 to 1.</param>
    public sealed record SystemLoad(long Uptime, double MemoryUsage, double CpuUsage, double DiskUsage);

    /// <param name="ActiveDetectors">Detectors with a model in service.</param>
    /// <param name="TotalDatasets">Data sets that are not deleted.</param>
    /// <param name="DetectionsToday">Detections since midnight UTC.</param>
    public sealed record Counts(long ActiveDetectors, long TotalDatasets, long DetectionsToday);

    public new sealed record Response(SystemLoad System, Counts Metrics);

    public override void Configure()
    {
        Get("/v1/status");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "The load of the machine and the tenant in numbers");
    }

    public override async Task<Response> ExecuteAsync(CancellationToken ct)
    {
        var tenant = HttpContext.Tenant();
        var counts = await inventory.Of(tenant, ct);
        var now = time.GetUtcNow();
        var today = await detections.Total(tenant, new TimeRange(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero), now), ct);
        var usage = load.Now;
        return new Response(
            new SystemLoad((long)load.Uptime.TotalSeconds, Math.Round(usage.Memory, 4), Math.Round(usage.Cpu, 4),
                Math.Round(usage.Disk, 4)),
            new Counts(counts.ActiveDetectors, counts.Datasets, today.Detections));
    }
}
