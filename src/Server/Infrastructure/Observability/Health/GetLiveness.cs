using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>Whether this process should live on; it should not when it no longer hears the log.</summary>
internal sealed class GetLiveness(SystemHealth health) : EndpointWithoutRequest<HealthAnswer<GetLiveness.Data>>
{
    public sealed record Data(string Status, DateTimeOffset Timestamp, double LogHeartbeatAgeSeconds);

    public override void Configure()
    {
        Get("/health/live");
        this.Needs(Access.Free);
        this.AnswersPlainly(orUnavailable: true);
        Summary(s => s.Summary = "Whether this process should live on");
    }

    public override Task<HealthAnswer<Data>> ExecuteAsync(CancellationToken ct)
    {
        var status = health.IsAlive ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        return Task.FromResult(
            HealthReply.United(HttpContext, status, now => new Data(status, now, Math.Round(health.HeartbeatAge.TotalSeconds, 3))));
    }
}
