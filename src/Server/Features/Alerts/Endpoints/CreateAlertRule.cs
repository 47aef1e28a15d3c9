using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>Makes an alert rule.</summary>
internal sealed class CreateAlertRule(IGrainFactory grains, AlertQueries queries, TrainingSessionQueries sessions, TimeProvider time)
    : Endpoint<CreateAlertRule.Request, RuleBody>
{
    private const int MaxRules = 1000;

    /// <param name="Name">What to call it.</param>
    /// <param name="Metric">A metric of the machine such as <c>memory_percent</c>, or one that training sessions report such as
    /// <c>val_loss</c>.</param>
    /// <param name="Condition">How a bad value compares to the threshold.</param>
    /// <param name="Threshold">In the metric's unit.</param>
    /// <param name="Severity">How bad it is.</param>
    /// <param name="Enabled">Whether it is watched.</param>
    /// <param name="Duration">For how many seconds the condition must hold before it alerts.</param>
    /// <param name="HoldOff">For how many seconds it must be gone before the alert is over: the duration, or a minute, unless told.</param>
    /// <param name="SessionId">The one training session to watch.</param>
    public sealed record Request(
        string Name, string Metric, AlertCondition Condition, double Threshold, AlertSeverity Severity = AlertSeverity.Medium,
        bool Enabled = true, double Duration = 0,
        double? HoldOff = null, string? SessionId = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Name).RuleName();
            RuleFor(r => r.Metric).Metric();
            RuleFor<double?>(r => r.Threshold).Threshold();
            RuleFor<double?>(r => r.Duration).Seconds();
            RuleFor(r => r.HoldOff).Seconds();
        }
    }

    public override void Configure()
    {
        Post("/api/v1/alerts/rules");
        this.Needs(Access.Build);
        this.Answers(StatusCodes.Status201Created, "Alert rule created successfully");
        Summary(s => s.Summary = "Make an alert rule");
    }

    public override async Task<RuleBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, tenant) = (HttpContext, HttpContext.Tenant());
        await AlertRuleFields.RequireSession(sessions, tenant, request.SessionId, ct);
        if ((await queries.Rules(tenant, 1, 0, ct)).Total >= MaxRules)
        {
            throw Problem.Conflict($"There are {MaxRules} rules already; delete one first.");
        }

        var wanted = new AlertRuleCreated(ResourceId.New("rule"), TermsOf(request), time.GetUtcNow());
        await grains.Of<IAlertRuleGrain>(tenant, wanted.Id).Create(wanted, ct);
        http.Locate($"/api/v1/alerts/rules/{wanted.Id}");
        return AlertQueries.Body(await queries.Rule(tenant, wanted.Id, ct));
    }

    private static AlertTerms TermsOf(Request request) => new(
        request.Name, request.Metric, AlertTerms.IsOfSystem(request.Metric, request.SessionId), request.SessionId, request.Condition,
        request.Threshold, request.Duration,
        request.HoldOff ?? AlertTerms.UsualHoldOff(request.Duration), request.Severity, request.Enabled);
}
