using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>
/// Whether requests should come here. They should when the database answers and the workers run; a subscription that lags behind makes
/// answers old, not wrong.
/// </summary>
internal sealed class GetReadiness(SystemHealth health) : EndpointWithoutRequest<HealthAnswer<GetReadiness.Data>>
{
    public sealed record Data(string Status, DateTimeOffset Timestamp, string Database, string Workers,
        long LogHead, IReadOnlyList<SubscriptionLag> Subscriptions);

    public override void Configure()
    {
        Get("/health/ready");
        this.Needs(Access.Free);
        this.AnswersPlainly(orUnavailable: true);
        Summary(s => s.Summary = "Whether requests should come here");
    }

    public override async Task<HealthAnswer<Data>> ExecuteAsync(CancellationToken ct)
    {
        var parts = await health.Check(ct);
        return HealthReply.United(
            HttpContext, parts.Status, now => new Data(parts.Status, now, parts.Database, parts.Workers, parts.Head, parts.Subscriptions));
    }
}
