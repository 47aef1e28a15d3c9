using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary><c>GET /v1/health</c> (002).</summary>
internal static class GetReferenceHealth
{
    /// <summary>There is no Redis: PostgreSQL does what it would do.</summary>
    public sealed record Services(string Database, string Redis, string Storage);

    public sealed record Response(string Status, DateTimeOffset Timestamp, string Version, Services Services);

    public static async Task<IResult> Handle(HttpContext http, SystemHealth health, TimeProvider time)
    {
        var figures = await health.Check(http.RequestAborted);
        return HealthReply.Plain(figures.Status, new Response(
            figures.Status, time.GetUtcNow(), BuildInfo.Current.Release, new Services(figures.Database, HealthStatus.NotConfigured, figures.Storage)));
    }
}

/// <summary><c>GET /v1/status</c> (002): the load, and the caller's tenant in numbers.</summary>
internal static class GetStatus
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

    public sealed record Response(SystemLoad System, Counts Metrics);

    public static async Task<IResult> Handle(HttpContext http, InventoryMetrics inventory, DetectionMetrics detections, MachineLoad load, TimeProvider time)
    {
        var counts = await inventory.Of(http.Tenant(), http.RequestAborted);
        var now = time.GetUtcNow();
        var today = await detections.Total(http.Tenant(), new TimeRange(new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero), now), http.RequestAborted);
        var figures = load.Now;
        return Reply.Ok(new Response(
            new SystemLoad((long)load.Uptime.TotalSeconds, Math.Round(figures.Memory, 4), Math.Round(figures.Cpu, 4), Math.Round(figures.Disk, 4)),
            new Counts(counts.ActiveDetectors, counts.Datasets, today.Detections)));
    }
}

/// <summary><c>GET /v1/version</c> (002): what this build can do.</summary>
internal static class GetVersion
{
    private static readonly string[] Features = ["explainability", "cross_validation", "audit", "replay", "multi_tenancy"];

    public sealed record Response(
        string ApiVersion, string PynomalyVersion, string Build, IReadOnlyList<string> SupportedAlgorithms, IReadOnlyList<string> Features);

    public static IResult Handle(BuildInfo build) => Reply.Ok(new Response(
        build.Release, build.Release, build.Version, [.. Algorithms.All.Select(algorithm => algorithm.Name)],
        [.. Algorithms.All.Any(algorithm => algorithm.Family == "ensemble") ? ["ensemble"] : Array.Empty<string>(), .. Features]));
}

/// <summary><c>GET /api/v1/health/metrics</c> (001, which shows no answer): the machine, this process and the log.</summary>
internal static class GetHealthMetrics
{
    /// <summary>The machine's load; shares in percent, sizes in MB.</summary>
    public sealed record Machine(double CpuPercent, double MemoryPercent, double MemoryUsedMb, double DiskPercent, double DiskFreeMb);

    /// <summary>This process; the processor's share is that of the whole machine, in percent.</summary>
    public sealed record Process(double CpuPercent, double MemoryMb, double ManagedHeapMb, int Threads);

    public sealed record Log(long Head, double HeartbeatAgeSeconds, IReadOnlyList<SubscriptionLag> Subscriptions);

    public sealed record Response(
        string Status, DateTimeOffset Timestamp, string Version, double UptimeSeconds, Machine System, Process Process, Log EventLog, int ActiveGrains);

    public static async Task<IResult> Handle(HttpContext http, SystemHealth health, MachineLoad load, Actors.Silo silo, TimeProvider time)
    {
        var figures = await health.Check(http.RequestAborted);
        var now = load.Now;
        return HealthReply.Plain(figures.Status, new Response(
            figures.Status, time.GetUtcNow(), BuildInfo.Current.Release, Math.Round(load.Uptime.TotalSeconds, 1),
            new Machine(
                Units.Percent(now.Cpu), Units.Percent(now.Memory), Units.Megabytes(now.MemoryUsedBytes), Units.Percent(now.Disk), Units.Megabytes(now.DiskFreeBytes)),
            new Process(
                Units.Percent(now.ProcessCpu), Units.Megabytes(now.ProcessMemoryBytes), Units.Megabytes(GC.GetTotalMemory(forceFullCollection: false)), ThreadPool.ThreadCount),
            new Log(figures.Head, Math.Round(figures.HeartbeatAgeSeconds, 3), figures.Subscriptions), silo.ActivationCount));
    }
}
