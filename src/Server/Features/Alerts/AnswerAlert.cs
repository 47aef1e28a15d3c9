using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>
/// <c>POST /api/v1/alerts/{alert_id}/acknowledge</c>. Whoever acknowledged first stays; 409 when the alert is over. Who and what
/// they say are encrypted with the key of that person: of the user whose name it is, else of the name itself.
/// </summary>
internal static class AcknowledgeAlert
{
    private const int MaxNameLength = 254, MaxNotesLength = 4000;

    /// <param name="AcknowledgedBy">Who looks after it; the credential's owner unless told.</param>
    /// <param name="Notes">What they say.</param>
    public sealed record Request(string? AcknowledgedBy = null, string? Notes = null);

    public static async Task<IResult> Handle(HttpContext http, string alertId, Silo silo, AlertQueries queries, SubjectKeys subjects, UserNames names)
    {
        var request = Body.IsAbsent(http) ? new Request() : await Body.Read<Request>(http);
        var (tenant, ct, id) = (http.Tenant(), http.RequestAborted, ResourceId.Canonical("alert", alertId));
        var who = Text("acknowledged_by", request.AcknowledgedBy ?? http.Principal().Actor, MaxNameLength);
        await queries.Get(tenant, id, ct);
        var subject = await SubjectOf(tenant, who, names, ct);
        var by = await subjects.Seal(tenant, subject, who, ct);
        var notes = request.Notes is { Length: > 0 } given ? await subjects.Seal(tenant, subject, Text("notes", given, MaxNotesLength), ct) : null;
        var alert = await silo.Grain<AlertGrain>(tenant, id).Call((grain, token) => grain.Acknowledge(by, notes, http.EventMetadata(), token), ct);
        return Reply.Ok(await queries.Body(tenant, alert, ct), "Alert acknowledged");
    }

    private static string Text(string field, string given, int longest) =>
        !string.IsNullOrWhiteSpace(given) && given.Length <= longest ? given : throw Problem.Invalid(field, $"1 to {longest} characters");

    private static async Task<string> SubjectOf(string tenant, string who, UserNames names, CancellationToken ct)
    {
        var hash = names.HashOf(who);
        return await names.Find(hash, ct) is { } user && user.Tenant == tenant ? user.UserId : $"person_{hash}";
    }
}

/// <summary><c>POST /api/v1/alerts/{alert_id}/resolve</c>: it is over; it is raised again only after the condition has been gone. Again is nothing.</summary>
internal static class ResolveAlert
{
    public static async Task<IResult> Handle(HttpContext http, string alertId, Silo silo, AlertQueries queries)
    {
        var id = ResourceId.Canonical("alert", alertId);
        var alert = await silo.Grain<AlertGrain>(http.Tenant(), id).Call((grain, ct) => grain.Resolve(Alert.ByHand, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(await queries.Body(http.Tenant(), alert, http.RequestAborted), "Alert resolved");
    }
}

/// <summary>The capability's parts and paths.</summary>
internal static class AlertRoutes
{
    private const string Alerts = "/api/v1/alerts", Rules = $"{Alerts}/rules";

    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddSingleton<AlertQueries>().AddSingleton<AlertWatches>().AddSingleton<AlertEvaluation>()
        .AddSingleton<ISubscription, TrainingAlerts>().AddSingleton<ISubscription, AlertsFollowRules>().AddHostedService<SystemAlerts>();

    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Alerts, ListAlerts.Handle).Describes<ListAlerts.Response>("List the alerts, newest first").QueryPage()
            .Query("status", "Only those in a state.", RequestParameterType.Text, [.. Alert.Statuses])
            .Query("severity", "Only those of a severity.", RequestParameterType.Text, ListAlerts.Severities).Needs(Access.Look);
        routes.MapGet($"{Alerts}/{{alertId}}", GetAlert.Handle).Describes<AlertBody>("An alert").Needs(Access.Look);
        routes.MapPost($"{Alerts}/{{alertId}}/acknowledge", AcknowledgeAlert.Handle)
            .Describes<AcknowledgeAlert.Request, AlertBody>("Say that somebody looks after an alert").Needs(Access.Build);
        routes.MapPost($"{Alerts}/{{alertId}}/resolve", ResolveAlert.Handle).Describes<AlertBody>("Say that an alert is over").Needs(Access.Build);
        routes.MapPost(Rules, CreateAlertRule.Handle)
            .Describes<CreateAlertRule.Request, RuleBody>("Make an alert rule", StatusCodes.Status201Created).Needs(Access.Build);
        routes.MapGet(Rules, ListAlertRules.Handle).Describes<ListAlertRules.Response>("List the alert rules, newest first").QueryPage().Needs(Access.Look);
        routes.MapGet($"{Rules}/{{ruleId}}", GetAlertRule.Handle).Describes<RuleBody>("An alert rule").Needs(Access.Look);
        routes.MapPut($"{Rules}/{{ruleId}}", UpdateAlertRule.Handle).Describes<UpdateAlertRule.Request, RuleBody>("Change an alert rule").Needs(Access.Build);
        routes.MapDelete($"{Rules}/{{ruleId}}", DeleteAlertRule.Handle).Describes<Confirmation>("Delete an alert rule").Needs(Access.Build);
    }
}
