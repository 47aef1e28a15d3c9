using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>The parts of the product and the load, for the Training contract.</summary>
internal sealed class GetTrainingHealth(SystemHealth health, MachineLoad load, TimeProvider time)
    : EndpointWithoutRequest<GetTrainingHealth.Response>
{
    /// <summary>The machine's load, each in percent.</summary>
    public sealed record SystemLoad(double CpuPercent, double MemoryPercent, double DiskPercent);

    public sealed record Components(string Database, string Filesystem, string Workers);

    public new sealed record Response(string Status, DateTimeOffset Timestamp, string Version, double UptimeSeconds,
        SystemLoad System, Components Components);

    public override void Configure()
    {
        Get("/api/v1/health");
        this.Needs(Access.Free);
        this.AnswersPlainly(orUnavailable: true);
        Summary(s => s.Summary = "The parts of the product and the load");
    }

    public override async Task<Response> ExecuteAsync(CancellationToken ct)
    {
        var parts = await health.Check(ct);
        return HealthReply.Plain(HttpContext, parts.Status, new Response(
            parts.Status, time.GetUtcNow(), BuildInfo.Current.Release, Math.Round(load.Uptime.TotalSeconds, 1),
            new SystemLoad(Units.Percent(load.Now.Cpu), Units.Percent(load.Now.Memory), Units.Percent(load.Now.Disk)),
            new Components(parts.Database, parts.Storage, parts.Workers)));
    }
}
