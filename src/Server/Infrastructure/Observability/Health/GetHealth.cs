using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>Whether the server works, from what is known without asking anything.</summary>
internal sealed class GetHealth(SystemHealth health) : EndpointWithoutRequest<HealthAnswer<GetHealth.Data>>
{
    public sealed record Data(string Status, DateTimeOffset Timestamp);

    public override void Configure()
    {
        Get("/health");
        this.Needs(Access.Free);
        this.AnswersPlainly(orUnavailable: true);
        Summary(s => s.Summary = "Whether the server works");
    }

    public override Task<HealthAnswer<Data>> ExecuteAsync(CancellationToken ct)
    {
        var status = health.IsAlive ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        return Task.FromResult(HealthReply.United(HttpContext, status, now => new Data(status, now)));
    }
}
