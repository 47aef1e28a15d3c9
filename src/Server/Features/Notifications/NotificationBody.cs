using System.Text.Json;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>A notification as the Training contract shows it.</summary>
internal sealed record NotificationBody(string Id, string Type, string Priority, string Message, JsonElement Data, bool Read,
    DateTimeOffset CreatedAt)
{
    public static NotificationBody Of(Notification notification, Inbox inbox) => new(
        notification.Id, notification.Type, notification.Priority, notification.Message, notification.Data,
        inbox.Read.Contains(notification.Sequence), notification.CreatedAt);
}
