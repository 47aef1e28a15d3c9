using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Notifications.Endpoints;

/// <summary>Marks a notification as read, for the caller alone; again is a no-op.</summary>
internal sealed class MarkNotificationRead(NotificationQueries queries, IGrainFactory grains)
    : Endpoint<MarkNotificationRead.Request, NotificationBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string NotificationId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/notifications/{notification_id}/read");
        this.Needs(Access.Self);
        this.Answers("Notification marked as read");
        Summary(s => s.Summary = "Mark a notification as read");
    }

    public override async Task<NotificationBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, principal) = (HttpContext, HttpContext.Principal());
        principal.RequireMayChangeItself();
        var notification = await queries.Get(principal.Tenant, ResourceId.Canonical("notif", request.NotificationId), ct);
        await grains.Of<IInboxGrain>(principal.Tenant, Inbox.StreamOf(principal.Id)).MarkRead(notification.Sequence, ct);
        var inbox = await queries.InboxOf(principal.Tenant, principal.Id, ct);
        return NotificationBody.Of(notification, inbox) with { Read = true };
    }
}
