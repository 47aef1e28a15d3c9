using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>Whether the server and what it uses work, for the Reference contract.</summary>
internal sealed class GetReferenceHealth(SystemHealth health, TimeProvider time) : EndpointWithoutRequest<GetReferenceHealth.Response>
{
    /// <summary>There is no Redis: PostgreSQL does what it would do.</summary>
    public sealed record Services(string Database, string Redis, string Storage);

    public new sealed record Response(string Status, DateTimeOffset Timestamp, string Version, Services Services);

    public override void Configure()
    {
        Get("/v1/health");
        this.Needs(Access.Free);
        this.AnswersPlainly(orUnavailable: true);
        Summary(s => s.Summary = "Whether the server and what it uses work");
    }

    public override async Task<Response> ExecuteAsync(CancellationToken ct)
    {
        var parts = await health.Check(ct);
        return HealthReply.Plain(HttpContext, parts.Status, new Response(
            parts.Status, time.GetUtcNow(), BuildInfo.Current.Release,
            new Services(parts.Database, HealthStatus.NotConfigured, parts.Storage)));
    }
}
