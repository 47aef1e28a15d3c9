using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>Deletes an alert rule; its open alerts are over.</summary>
internal sealed class DeleteAlertRule(IGrainFactory grains) : Endpoint<DeleteAlertRule.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string RuleId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/alerts/rules/{rule_id}");
        this.Needs(Access.Build);
        this.Answers("Alert rule deleted successfully");
        Summary(s => s.Summary = "Delete an alert rule");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("rule", request.RuleId));
        await grains.Of<IAlertRuleGrain>(http.Tenant(), id).Delete(http.RequestAborted);
        return new Confirmation("Alert rule deleted successfully");
    }
}
