using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>Finds rules and alerts, and opens what is personal about them.</summary>
internal sealed class AlertQueries(AggregateStore aggregates, SubjectKeys subjects)
{
    /// <summary>A rule of a tenant.</summary>
    public async Task<AlertRule> Rule(string tenant, string id, CancellationToken ct) => await FindRule(tenant, id, ct)
        ?? throw Problem.NotFound("rule", id);

    /// <summary>A rule of a tenant; null when it is deleted, or never was.</summary>
    public async Task<AlertRule?> FindRule(string tenant, string id, CancellationToken ct) =>
        (await aggregates.Load<AlertRule>(tenant, id, ct)) is { Exists: true } rule ? rule : null;

    /// <summary>A page of a tenant's rules, newest first.</summary>
    public async Task<(IReadOnlyList<AlertRule> States, long Total)> Rules(string tenant, int limit, int offset, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        return await session.Query<AlertRule>().Where(rule => rule.DeletedAt == null).NewestFirst(limit, offset, ct);
    }

    /// <summary>The rules that are watched: on training sessions of one tenant, or, of all tenants, on the machine.</summary>
    /// <param name="tenant">Whose; null for all.</param>
    /// <param name="ofSystem">Whether on the machine.</param>
    /// <param name="ct">Stops the query.</param>
    public async Task<IReadOnlyList<(string Tenant, AlertRule Rule)>> Watched(string? tenant, bool ofSystem, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant ?? Principal.SystemTenant);
        var rules = session.Query<AlertRule>()
            .Where(rule => rule.DeletedAt == null && rule.Terms!.Enabled && rule.Terms!.OfSystem == ofSystem);
        var found = await (tenant is null ? rules.Where(rule => rule.AnyTenant()) : rules).OrderBy(rule => rule.StreamId).ToListAsync(ct);
        return [.. found.Select(rule => (rule.TenantId, rule))];
    }

    /// <summary>An alert of a tenant.</summary>
    public async Task<Alert> Get(string tenant, string id, CancellationToken ct)
    {
        var state = await aggregates.Load<Alert>(tenant, id, ct);
        return state.Version > 0 ? state : throw Problem.NotFound("alert", id);
    }

    /// <summary>A page of a tenant's alerts, newest first.</summary>
    public async Task<(IReadOnlyList<AlertBody> Alerts, long Total)> List(string tenant, string? status, string? severity,
        Paging paging, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        IQueryable<Alert> alerts = session.Query<Alert>();
        alerts = status is null ? alerts : alerts.Where(alert => alert.Status == status);
        alerts = severity is null
            ? alerts : alerts.Where(alert => alert.Trigger!.Terms.Severity == Enum.Parse<AlertSeverity>(severity, true));
        var (states, total) = await alerts.OrderByDescending(alert => alert.Trigger!.TriggeredAt).Page(paging.Limit, paging.Offset, ct);
        var bodies = new List<AlertBody>(states.Count);
        foreach (var state in states)
        {
            bodies.Add(await Body(tenant, state, ct));
        }

        return (bodies, total);
    }

    /// <summary>A rule's alerts that are not over, on one subject or on all.</summary>
    public async Task<IReadOnlyList<Alert>> Open(string tenant, string ruleId, string? subject, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var alerts = session.Query<Alert>().Where(alert => alert.Status != Alert.Resolved && alert.Trigger!.RuleId == ruleId);
        return await (subject is null ? alerts : alerts.Where(alert => alert.Trigger!.Subject == subject)).ToListAsync(ct);
    }

    /// <summary>An alert as it is shown; who looks after it is null where the person was erased.</summary>
    public async Task<AlertBody> Body(string tenant, Alert alert, CancellationToken ct)
    {
        var (trigger, acknowledgement) = (alert.Triggered, alert.Acknowledgement);
        return new AlertBody(
            trigger.Id, trigger.RuleId, trigger.Terms.Name, trigger.Terms.Metric, trigger.Terms.OfSystem
                ? null : trigger.Subject, trigger.Terms.Condition,
            trigger.Terms.Severity, trigger.Message, trigger.Value, trigger.Terms.Threshold, alert.Status, trigger.TriggeredAt,
            acknowledgement?.AcknowledgedAt,
            acknowledgement is null ? null : await subjects.Open(tenant, acknowledgement.By, ct),
            acknowledgement?.Notes is { } notes ? await subjects.Open(tenant, notes, ct) : null, acknowledgement?.By.Subject,
            alert.ResolvedAt, alert.Resolution);
    }

    /// <summary>A rule as it is shown.</summary>
    public static RuleBody Body(AlertRule rule)
    {
        var terms = rule.Defined;
        return new RuleBody(
            rule.Id!, rule.Id!, terms.Name, terms.Metric, terms.OfSystem
                ? "system" : "training", terms.SessionId, terms.Condition, terms.Threshold, terms.Duration, terms.HoldOff,
            terms.Severity, terms.Enabled, rule.CreatedAt, rule.UpdatedAt);
    }
}

/// <summary>A rule; the fields of the Training contract's request, and what else is known.</summary>
/// <param name="RuleId">Its id.</param>
/// <param name="Id">The same.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Metric">What is watched.</param>
/// <param name="Source"><c>system</c> or <c>training</c>.</param>
/// <param name="SessionId">The one training session that is watched; null for all.</param>
/// <param name="Condition">How a bad value compares to the threshold.</param>
/// <param name="Threshold">In the metric's unit.</param>
/// <param name="Duration">For how many seconds the condition must hold.</param>
/// <param name="HoldOff">For how many seconds it must be gone.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Enabled">Whether it is watched.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was changed last.</param>
internal sealed record RuleBody(
    string RuleId, string Id, string Name, string Metric, string Source, string? SessionId, AlertCondition Condition, double Threshold,
    double Duration, double HoldOff,
    AlertSeverity Severity, bool Enabled, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>An alert; the fields of the Training contract's data model, and what else is known.</summary>
internal sealed record AlertBody(
    string AlertId,
    string RuleId,
    string RuleName,
    string Metric,
    string? SessionId,
    AlertCondition Condition,
    AlertSeverity Severity,
    string Message,
    double Value,
    double Threshold,
    string Status,
    DateTimeOffset TriggeredAt,
    DateTimeOffset? AcknowledgedAt,
    string? AcknowledgedBy,
    string? Notes,
    string? AcknowledgedSubjectId,
    DateTimeOffset? ResolvedAt,
    string? Resolution);
