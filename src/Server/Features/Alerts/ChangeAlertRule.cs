using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>What a rule may be.</summary>
internal static class AlertTermsCheck
{
    private const int MaxNameLength = 200, MaxMetricLength = 100;
    private const double MaxSeconds = 7 * 86_400, ShortestHoldOff = 60;

    public static string Name(string given) =>
        given.Length is > 0 and <= MaxNameLength && !string.IsNullOrWhiteSpace(given) && !given.Any(char.IsControl) ? given : throw Problem.Invalid("name", $"1 to {MaxNameLength} characters");

    public static string Metric(string given) => given.Length is > 0 and <= MaxMetricLength && !given.Any(char.IsControl)
        ? given
        : throw Problem.Invalid("metric", $"one of {string.Join(", ", SystemMetrics.Names)}, or a metric that training sessions report, of 1 to {MaxMetricLength} characters");

    public static double Threshold(double given) => double.IsFinite(given) ? given : throw Problem.Invalid("threshold", "a finite number");

    public static double Seconds(string field, double given) =>
        given is >= 0 and <= MaxSeconds ? given : throw Problem.Invalid(field, $"a number of seconds from 0 to {MaxSeconds}", given);

    public static double HoldOff(double duration) => Math.Max(ShortestHoldOff, duration);

    /// <summary>A metric of the machine is watched on the machine, unless a session is named that reports one of the same name.</summary>
    public static bool OfSystem(string metric, string? sessionId) => sessionId is null && SystemMetrics.Has(metric);
}

/// <summary><c>POST /api/v1/alerts/rules</c>.</summary>
internal static class CreateAlertRule
{
    private const int MaxRules = 1000;

    /// <param name="Name">What to call it.</param>
    /// <param name="Metric">A metric of the machine such as <c>memory_percent</c>, or one that training sessions report such as <c>val_loss</c>.</param>
    /// <param name="Condition">How a bad value compares to the threshold.</param>
    /// <param name="Threshold">In the metric's unit.</param>
    /// <param name="Severity">How bad it is.</param>
    /// <param name="Enabled">Whether it is watched.</param>
    /// <param name="Duration">For how many seconds the condition must hold before it alerts.</param>
    /// <param name="HoldOff">For how many seconds it must be gone before the alert is over: the duration, or a minute, unless told.</param>
    /// <param name="SessionId">The one training session to watch.</param>
    public sealed record Request(
        string Name, string Metric, AlertCondition Condition, double Threshold, AlertSeverity Severity = AlertSeverity.Medium, bool Enabled = true, double Duration = 0,
        double? HoldOff = null, string? SessionId = null)
    {
        public AlertTerms Terms() => new(
            AlertTermsCheck.Name(Name), AlertTermsCheck.Metric(Metric), AlertTermsCheck.OfSystem(Metric, SessionId), SessionId, Condition, AlertTermsCheck.Threshold(Threshold),
            AlertTermsCheck.Seconds("duration", Duration), AlertTermsCheck.Seconds("hold_off", HoldOff ?? AlertTermsCheck.HoldOff(Duration)), Severity, Enabled);
    }

    public static async Task<IResult> Handle(HttpContext http, Silo silo, AlertQueries queries, TrainingSessionQueries sessions, TimeProvider time)
    {
        var terms = (await Body.Read<Request>(http)).Terms();
        var (tenant, ct) = (http.Tenant(), http.RequestAborted);
        await RequireSession(sessions, tenant, terms.SessionId, ct);
        if ((await queries.Rules(tenant, 1, 0, ct)).Total >= MaxRules)
        {
            throw Problem.Conflict($"There are {MaxRules} rules already; delete one first.");
        }

        var wanted = new AlertRuleCreated(ResourceId.New("rule"), terms, time.GetUtcNow());
        var rule = await silo.Grain<AlertRuleGrain>(tenant, wanted.Id).Call((grain, token) => grain.Create(wanted, http.EventMetadata(), token), ct);
        return Reply.Created($"/api/v1/alerts/rules/{wanted.Id}", AlertQueries.Body(rule), "Alert rule created successfully");
    }

    public static async Task RequireSession(TrainingSessionQueries sessions, string tenant, string? id, CancellationToken ct)
    {
        if (id is null)
        {
            return;
        }

        try
        {
            await sessions.Get(tenant, id, ct);
        }
        catch (Problem unknown) when (unknown.Kind == ProblemKind.NotFound)
        {
            throw Problem.Invalid("session_id", "the id of an existing training session", id);
        }
    }
}

/// <summary><c>PUT /api/v1/alerts/rules/{rule_id}</c>: what is named is replaced, what is not stays. Open alerts of a rule that means something else now are over.</summary>
internal static class UpdateAlertRule
{
    public sealed record Request(
        string? Name = null, string? Metric = null, AlertCondition? Condition = null, double? Threshold = null, AlertSeverity? Severity = null, bool? Enabled = null,
        double? Duration = null, double? HoldOff = null, string? SessionId = null)
    {
        public AlertTerms Change(AlertTerms now)
        {
            var (metric, session) = (AlertTermsCheck.Metric(Metric ?? now.Metric), SessionId ?? now.SessionId);
            var duration = AlertTermsCheck.Seconds("duration", Duration ?? now.Duration);
            return new AlertTerms(
                AlertTermsCheck.Name(Name ?? now.Name), metric, AlertTermsCheck.OfSystem(metric, session), session, Condition ?? now.Condition,
                AlertTermsCheck.Threshold(Threshold ?? now.Threshold), duration,
                AlertTermsCheck.Seconds("hold_off", HoldOff ?? (Duration is null ? now.HoldOff : AlertTermsCheck.HoldOff(duration))), Severity ?? now.Severity, Enabled ?? now.Enabled);
        }
    }

    public static async Task<IResult> Handle(HttpContext http, string ruleId, Silo silo, TrainingSessionQueries sessions)
    {
        var request = await Body.Read<Request>(http);
        await CreateAlertRule.RequireSession(sessions, http.Tenant(), request.SessionId, http.RequestAborted);
        var id = ResourceId.Canonical("rule", ruleId);
        var rule = await silo.Grain<AlertRuleGrain>(http.Tenant(), id).Call((grain, ct) => grain.Change(request.Change, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(AlertQueries.Body(rule), "Alert rule updated successfully");
    }
}

/// <summary><c>DELETE /api/v1/alerts/rules/{rule_id}</c>: its open alerts are over.</summary>
internal static class DeleteAlertRule
{
    public static async Task<IResult> Handle(HttpContext http, string ruleId, Silo silo)
    {
        var id = ResourceId.Canonical("rule", ruleId);
        await silo.Grain<AlertRuleGrain>(http.Tenant(), id).Call((grain, ct) => grain.Delete(http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(new Confirmation("Alert rule deleted successfully"), "Alert rule deleted successfully");
    }
}
