using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>
/// Changes an alert rule: what is named is replaced, what is not stays. Open alerts of a rule that means something else now are over.
/// </summary>
internal sealed class UpdateAlertRule(IGrainFactory grains, AlertQueries queries, TrainingSessionQueries sessions)
    : Endpoint<UpdateAlertRule.Request, RuleBody>
{
    public sealed record Request(
        string? Name = null, string? Metric = null, AlertCondition? Condition = null, double? Threshold = null,
        AlertSeverity? Severity = null, bool? Enabled = null,
        double? Duration = null, double? HoldOff = null, string? SessionId = null)
    {
        [RouteParam]
        public string RuleId { get; init; } = string.Empty;

        /// <summary>What it names.</summary>
        public AlertTermsChange ToChange() => new(Name, Metric, Condition, Threshold, Severity, Enabled, Duration, HoldOff, SessionId);
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Metric).Metric();
            RuleFor(r => r.Duration).Seconds();
            RuleFor(r => r.Name).RuleName();
            RuleFor(r => r.Threshold).Threshold();
            RuleFor(r => r.HoldOff).Seconds();
        }
    }

    public override void Configure()
    {
        Put("/api/v1/alerts/rules/{rule_id}");
        this.Needs(Access.Build);
        this.Answers("Alert rule updated successfully");
        Summary(s => s.Summary = "Change an alert rule");
    }

    public override async Task<RuleBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        await AlertRuleFields.RequireSession(sessions, http.Tenant(), request.SessionId, ct);
        var id = ResourceId.Canonical("rule", request.RuleId);
        await grains.Of<IAlertRuleGrain>(http.Tenant(), id).Change(request.ToChange(), ct);
        return AlertQueries.Body(await queries.Rule(http.Tenant(), id, ct));
    }
}
