using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary><c>GET /api/v1/alerts</c>: every alert, unless a state or a severity is named.</summary>
internal static class ListAlerts
{
    public sealed record Response(IReadOnlyList<AlertBody> Alerts, long Total, int Limit, int Offset);

    /// <summary>The words for severities.</summary>
    public static readonly string[] Severities = [.. Enum.GetNames<AlertSeverity>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    public static async Task<IResult> Handle(HttpContext http, AlertQueries queries)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var (alerts, total) = await queries.List(http.Tenant(), OneOf(http, "status", Alert.Statuses), OneOf(http, "severity", Severities), paging, http.RequestAborted);
        return Reply.Ok(new Response(alerts, total, paging.Limit, paging.Offset));
    }

    private static string? OneOf(HttpContext http, string name, IReadOnlyList<string> words) =>
        http.Text(name) is not { } given || words.Contains(given) ? http.Text(name) : throw Problem.Invalid(name, $"one of: {string.Join(", ", words)}", given);
}

/// <summary><c>GET /api/v1/alerts/{alert_id}</c>.</summary>
internal static class GetAlert
{
    public static async Task<IResult> Handle(HttpContext http, string alertId, AlertQueries queries)
    {
        var alert = await queries.Get(http.Tenant(), ResourceId.Canonical("alert", alertId), http.RequestAborted);
        return Reply.Ok(await queries.Body(http.Tenant(), alert, http.RequestAborted));
    }
}

/// <summary><c>GET /api/v1/alerts/rules</c>.</summary>
internal static class ListAlertRules
{
    public sealed record Response(IReadOnlyList<RuleBody> Rules, long Total, int Limit, int Offset);

    public static async Task<IResult> Handle(HttpContext http, AlertQueries queries)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var (rules, total) = await queries.Rules(http.Tenant(), paging.Limit, paging.Offset, http.RequestAborted);
        return Reply.Ok(new Response([.. rules.Select(AlertQueries.Body)], total, paging.Limit, paging.Offset));
    }
}

/// <summary><c>GET /api/v1/alerts/rules/{rule_id}</c>.</summary>
internal static class GetAlertRule
{
    public static async Task<IResult> Handle(HttpContext http, string ruleId, AlertQueries queries) =>
        Reply.Ok(AlertQueries.Body(await queries.Rule(http.Tenant(), ResourceId.Canonical("rule", ruleId), http.RequestAborted)));
}
