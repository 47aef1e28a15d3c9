using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>Shows an alert rule.</summary>
internal sealed class GetAlertRule(AlertQueries queries) : Endpoint<GetAlertRule.Request, RuleBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string RuleId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/alerts/rules/{rule_id}");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "An alert rule");
    }

    public override async Task<RuleBody> ExecuteAsync(Request request, CancellationToken ct) =>
        AlertQueries.Body(await queries.Rule(HttpContext.Tenant(), ResourceId.Canonical("rule", request.RuleId), ct));
}
