using System.Text.Json;
using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Alerts;

/// <summary><c>GET /api/v1/alerts</c>: every alert, unless a state or a severity is named.</summary>
internal static class ListAlerts
{
    public sealed record Response(IReadOnlyList<AlertBody> Alerts, long Total, int Limit, int Offset);

    /// <summary>The words for severities.</summary>
    public static readonly string[] Severities = [.. Enum.GetNames<AlertSeverity>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    public static async Task<IResult> Handle(HttpContext http, AlertViews views)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var (alerts, total) = await views.List(http.Tenant(), OneOf(http, "status", Alert.Statuses), OneOf(http, "severity", Severities), paging, http.RequestAborted);
        return Reply.Ok(new Response(alerts, total, paging.Limit, paging.Offset));
    }

    private static string? OneOf(HttpContext http, string name, IReadOnlyList<string> words) =>
        http.Text(name) is not { } given || words.Contains(given) ? http.Text(name) : throw Problem.Invalid(name, $"one of: {string.Join(", ", words)}", given);
}

/// <summary><c>GET /api/v1/alerts/{alert_id}</c>.</summary>
internal static class GetAlert
{
    public static async Task<IResult> Handle(HttpContext http, string alertId, AlertViews views)
    {
        var alert = await views.Get(http.Tenant(), ResourceId.Canonical("alert", alertId), http.RequestAborted);
        return Reply.Ok(await views.Body(http.Tenant(), alert, http.RequestAborted));
    }
}

/// <summary><c>GET /api/v1/alerts/rules</c>.</summary>
internal static class ListAlertRules
{
    public sealed record Response(IReadOnlyList<RuleBody> Rules, long Total, int Limit, int Offset);

    public static async Task<IResult> Handle(HttpContext http, AlertViews views)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var (rules, total) = await views.Rules(http.Tenant(), paging.Limit, paging.Offset, http.RequestAborted);
        return Reply.Ok(new Response([.. rules.Select(AlertViews.Body)], total, paging.Limit, paging.Offset));
    }
}

/// <summary><c>GET /api/v1/alerts/rules/{rule_id}</c>.</summary>
internal static class GetAlertRule
{
    public static async Task<IResult> Handle(HttpContext http, string ruleId, AlertViews views) =>
        Reply.Ok(AlertViews.Body(await views.Rule(http.Tenant(), ResourceId.Canonical("rule", ruleId), http.RequestAborted)));
}
