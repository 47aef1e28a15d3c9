using System.Text.Json;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>A notification as document 004 shows it.</summary>
internal sealed record NotificationBody(string Id, string Type, string Priority, string Message, JsonElement Data, bool Read, DateTimeOffset CreatedAt)
{
    public static NotificationBody Of(Notification notification, Inbox inbox) => new(
        notification.Id, notification.Type, notification.Priority, notification.Message, notification.Data, inbox.Read.Contains(notification.Sequence), notification.CreatedAt);
}

/// <summary><c>GET /api/v1/notifications</c>: the tenant's, less what the caller has cleared.</summary>
internal static class ListNotifications
{
    public sealed record Response(IReadOnlyList<NotificationBody> Notifications, long Total, int Limit, int Offset);

    public static async Task<IResult> Handle(HttpContext http, NotificationQueries queries)
    {
        var paging = Paging.Of(http, otherwise: 50);
        var (principal, ct) = (http.Principal(), http.RequestAborted);
        var (type, priority, unread) = (OneOf(http, "type", NotificationContent.Types), OneOf(http, "priority", NotificationContent.Priorities), http.Flag("unread", false));
        var inbox = await queries.InboxOf(principal.Tenant, principal.Id, ct);
        var (page, total) = await queries.List(principal.Tenant, new NotificationFilter(type, priority, unread, inbox), paging, ct);
        return Reply.Ok(new Response([.. page.Select(notification => NotificationBody.Of(notification, inbox))], total, paging.Limit, paging.Offset));
    }

    private static string? OneOf(HttpContext http, string name, IReadOnlyList<string> words) =>
        http.Text(name) is not { } given || words.Contains(given) ? http.Text(name) : throw Problem.Invalid(name, $"one of: {string.Join(", ", words)}", given);
}

/// <summary><c>POST /api/v1/notifications/{notification_id}/read</c>: for the caller alone; again is nothing.</summary>
internal static class MarkNotificationRead
{
    public static async Task<IResult> Handle(HttpContext http, string notificationId, NotificationQueries queries, Silo silo)
    {
        var (principal, ct) = (http.Principal(), http.RequestAborted);
        var notification = await queries.Get(principal.Tenant, ResourceId.Canonical("notif", notificationId), ct);
        var inbox = await silo.Grain<InboxGrain>(principal.Tenant, Inbox.StreamOf(principal.Id))
            .Call((grain, token) => grain.MarkRead(notification.Sequence, http.EventMetadata(), token), ct);
        return Reply.Ok(NotificationBody.Of(notification, inbox) with { Read = true }, "Notification marked as read");
    }
}

/// <summary><c>DELETE /api/v1/notifications</c>: out of the caller's sight; others still see them.</summary>
internal static class ClearNotifications
{
    public static async Task<IResult> Handle(HttpContext http, EventStore store, Silo silo)
    {
        var (principal, ct) = (http.Principal(), http.RequestAborted);
        var head = await store.Events.Head(ct);
        await silo.Grain<InboxGrain>(principal.Tenant, Inbox.StreamOf(principal.Id)).Call((grain, token) => grain.Clear(head, http.EventMetadata(), token), ct);
        return Reply.Ok(new Confirmation("All notifications cleared"), "All notifications cleared");
    }
}

/// <summary>The capability's parts and paths.</summary>
internal static class NotificationRoutes
{
    private const string Notifications = "/api/v1/notifications";

    public static IServiceCollection AddNotifications(this IServiceCollection services) => services
        .AddSingleton<EventNotificationReader>().AddSingleton<NotificationQueries>().AddSingleton<ISubscription, NotificationProjection>();

    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Notifications, ListNotifications.Handle).Describes<ListNotifications.Response>("List the caller's notifications, newest first").QueryPage()
            .Query("type", "Only of a type.", RequestParameterType.Text, NotificationContent.Types).Query("priority", "Only of a priority.", RequestParameterType.Text, NotificationContent.Priorities)
            .Query("unread", "Whether only those that the caller has not read.", RequestParameterType.Flag).Needs(Access.Self);
        routes.MapPost($"{Notifications}/{{notificationId}}/read", MarkNotificationRead.Handle).Describes<NotificationBody>("Mark a notification as read").Needs(Access.Self);
        routes.MapDelete(Notifications, ClearNotifications.Handle).Describes<Confirmation>("Clear the caller's notifications").Needs(Access.Self);
    }
}
