using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>The parts of the product, the load and the uptime.</summary>
internal sealed class GetDetailedHealth(SystemHealth health, MachineLoad load)
    : EndpointWithoutRequest<HealthAnswer<GetDetailedHealth.Data>>
{
    /// <summary>There is no Redis: PostgreSQL does what it would do.</summary>
    public sealed record Components(string Database, string Redis, string Workers, string Storage);

    public sealed record Data(string Status, DateTimeOffset Timestamp, Components Components, LoadBody Metrics, long Uptime);

    public override void Configure()
    {
        Get("/health/detailed");
        this.Needs(Access.Free);
        this.AnswersPlainly(orUnavailable: true);
        Summary(s => s.Summary = "The parts of the product, the load and the uptime");
    }

    public override async Task<HealthAnswer<Data>> ExecuteAsync(CancellationToken ct)
    {
        var parts = await health.Check(ct);
        return HealthReply.United(HttpContext, parts.Status, now => new Data(
            parts.Status, now, new Components(parts.Database, HealthStatus.NotConfigured, parts.Workers, parts.Storage), LoadBody.Of(load),
            (long)load.Uptime.TotalSeconds));
    }
}
