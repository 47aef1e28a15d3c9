namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary><c>GET /api/v1/health</c> (004, which says what 001 leaves open).</summary>
internal static class GetTrainingHealth
{
    /// <summary>The machine's load, each in percent.</summary>
    public sealed record SystemLoad(double CpuPercent, double MemoryPercent, double DiskPercent);

    public sealed record Components(string Database, string Filesystem, string Workers);

    public sealed record Response(string Status, DateTimeOffset Timestamp, string Version, double UptimeSeconds, SystemLoad System, Components Components);

    public static async Task<IResult> Handle(HttpContext http, SystemHealth health, MachineLoad load, TimeProvider time)
    {
        var figures = await health.Check(http.RequestAborted);
        return HealthReply.Plain(figures.Status, new Response(
            figures.Status, time.GetUtcNow(), Hosting.BuildInfo.Current.Release, Math.Round(load.Uptime.TotalSeconds, 1),
            new SystemLoad(Units.Percent(load.Now.Cpu), Units.Percent(load.Now.Memory), Units.Percent(load.Now.Disk)),
            new Components(figures.Database, figures.Storage, figures.Workers)));
    }
}
