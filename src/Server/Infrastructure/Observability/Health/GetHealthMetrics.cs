using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>The machine, this process and the log in numbers, for the Enterprise contract.</summary>
internal sealed class GetHealthMetrics(SystemHealth health, MachineLoad load, IGrainFactory grains, TimeProvider time)
    : EndpointWithoutRequest<GetHealthMetrics.Response>
{
    /// <summary>The machine's load; shares in percent, sizes in MB.</summary>
    public sealed record Machine(double CpuPercent, double MemoryPercent, double MemoryUsedMb, double DiskPercent, double DiskFreeMb);

    /// <summary>This process; the processor's share is that of the whole machine, in percent.</summary>
    public sealed record Process(double CpuPercent, double MemoryMb, double ManagedHeapMb, int Threads);

    public sealed record Log(long Head, double HeartbeatAgeSeconds, IReadOnlyList<SubscriptionLag> Subscriptions);

    public new sealed record Response(
        string Status, DateTimeOffset Timestamp, string Version, double UptimeSeconds, Machine System,
        Process Process, Log EventLog, int ActiveGrains);

    public override void Configure()
    {
        Get("/api/v1/health/metrics");
        this.Needs(Access.Free);
        this.AnswersPlainly(orUnavailable: true);
        Summary(s => s.Summary = "The machine, this process and the log in numbers");
    }

    public override async Task<Response> ExecuteAsync(CancellationToken ct)
    {
        var parts = await health.Check(ct);
        var now = load.Now;
        return HealthReply.Plain(HttpContext, parts.Status, new Response(
            parts.Status, time.GetUtcNow(), BuildInfo.Current.Release, Math.Round(load.Uptime.TotalSeconds, 1),
            new Machine(
                Units.Percent(now.Cpu), Units.Percent(now.Memory), Units.Megabytes(now.MemoryUsedBytes), Units.Percent(now.Disk),
                Units.Megabytes(now.DiskFreeBytes)),
            new Process(
                Units.Percent(now.ProcessCpu), Units.Megabytes(now.ProcessMemoryBytes),
                Units.Megabytes(GC.GetTotalMemory(forceFullCollection: false)), ThreadPool.ThreadCount),
            new Log(parts.Head, Math.Round(parts.HeartbeatAgeSeconds, 3), parts.Subscriptions),
            await grains.GetGrain<IManagementGrain>(0).GetTotalActivationCount()));
    }
}
