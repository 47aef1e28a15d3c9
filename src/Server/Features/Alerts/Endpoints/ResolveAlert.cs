using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>Says that an alert is over; it is raised again only after the condition has been gone. Again is a no-op.</summary>
internal sealed class ResolveAlert(IGrainFactory grains, AlertQueries queries) : Endpoint<ResolveAlert.Request, AlertBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string AlertId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/alerts/{alert_id}/resolve");
        this.Needs(Access.Build);
        this.Answers("Alert resolved");
        Summary(s => s.Summary = "Say that an alert is over");
    }

    public override async Task<AlertBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (tenant, id) = (HttpContext.Tenant(), ResourceId.Canonical("alert", request.AlertId));
        await grains.Of<IAlertGrain>(tenant, id).Resolve(Alert.ByHand, ct);
        return await queries.Body(tenant, await queries.Get(tenant, id, ct), ct);
    }
}
