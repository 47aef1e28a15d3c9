namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary><c>GET /health</c> (000, 003): whether the server works, from what is known without asking anything.</summary>
internal static class GetHealth
{
    public sealed record Data(string Status, DateTimeOffset Timestamp);

    public static IResult Handle(HttpContext http, SystemHealth health)
    {
        var status = health.IsAlive ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        return HealthReply.United(http, status, now => new Data(status, now));
    }
}

/// <summary><c>GET /health/live</c>: whether this process should live on; it should not when it no longer hears the log.</summary>
internal static class GetLiveness
{
    public sealed record Data(string Status, DateTimeOffset Timestamp, double LogHeartbeatAgeSeconds);

    public static IResult Handle(HttpContext http, SystemHealth health)
    {
        var status = health.IsAlive ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        return HealthReply.United(http, status, now => new Data(status, now, Math.Round(health.HeartbeatAge.TotalSeconds, 3)));
    }
}

/// <summary>
/// <c>GET /health/ready</c>: whether requests should come here. They should when the database answers and the workers run; a subscription that
/// lags behind makes answers old, not wrong.
/// </summary>
internal static class GetReadiness
{
    public sealed record Data(string Status, DateTimeOffset Timestamp, string Database, string Workers, long LogHead, IReadOnlyList<SubscriptionLag> Subscriptions);

    public static async Task<IResult> Handle(HttpContext http, SystemHealth health)
    {
        var figures = await health.Check(http.RequestAborted);
        return HealthReply.United(
            http, figures.Status, now => new Data(figures.Status, now, figures.Database, figures.Workers, figures.Head, figures.Subscriptions));
    }
}

/// <summary><c>GET /health/detailed</c> (000): the parts, the load and the uptime.</summary>
internal static class GetDetailedHealth
{
    /// <summary>There is no Redis: PostgreSQL does what it would do.</summary>
    public sealed record Components(string Database, string Redis, string Workers, string Storage);

    public sealed record Data(string Status, DateTimeOffset Timestamp, Components Components, LoadBody Metrics, long Uptime);

    public static async Task<IResult> Handle(HttpContext http, SystemHealth health, MachineLoad load)
    {
        var figures = await health.Check(http.RequestAborted);
        return HealthReply.United(http, figures.Status, now => new Data(
            figures.Status, now, new Components(figures.Database, HealthStatus.NotConfigured, figures.Workers, figures.Storage), LoadBody.Of(load),
            (long)load.Uptime.TotalSeconds));
    }
}

/// <summary>The machine's load as document 000 gives it.</summary>
/// <param name="CpuUsage">In percent.</param>
/// <param name="MemoryUsage">In MB.</param>
/// <param name="DiskUsage">In percent.</param>
internal sealed record LoadBody(double CpuUsage, double MemoryUsage, double DiskUsage)
{
    public static LoadBody Of(MachineLoad load) => new(Units.Percent(load.Now.Cpu), Units.Megabytes(load.Now.MemoryUsedBytes), Units.Percent(load.Now.Disk));
}

/// <summary>The documents' units.</summary>
internal static class Units
{
    /// <summary>A fraction in percent.</summary>
    public static double Percent(double fraction) => Math.Round(100 * fraction, 2);

    /// <summary>Bytes in MB of 2^20 bytes.</summary>
    public static double Megabytes(long bytes) => Math.Round(bytes / 1048576.0, 1);
}
