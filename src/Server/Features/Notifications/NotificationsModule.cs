using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>The parts of the feature.</summary>
internal static class NotificationsModule
{
    public static IServiceCollection AddNotifications(this IServiceCollection services) => services
        .AddAggregate<Inbox>().AddSingleton<NotificationQueries>().AddTableProjection<NotificationProjection>();
}
