using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>Shows an alert.</summary>
internal sealed class GetAlert(AlertQueries queries) : Endpoint<GetAlert.Request, AlertBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string AlertId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/alerts/{alert_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "An alert");
    }

    public override async Task<AlertBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var alert = await queries.Get(HttpContext.Tenant(), ResourceId.Canonical("alert", request.AlertId), ct);
        return await queries.Body(HttpContext.Tenant(), alert, ct);
    }
}
