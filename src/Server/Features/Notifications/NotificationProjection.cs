using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>Keeps what there is to tell, one row for an event.</summary>
internal sealed class NotificationProjection() : TableProjection("notifications", ["notifications"], Announced)
{
    /// <summary>The events of which people may be notified.</summary>
    public static readonly IReadOnlyList<Type> Announced =
        [.. EventNotificationReader.Names.Keys.Except(
            [typeof(DetectionCompleted), typeof(TrainingStarted), typeof(TrainingSessionStarted)])];

    /// <inheritdoc/>
    protected override async ValueTask Write(IDocumentOperations operations, IEvent @event, CancellationToken ct)
    {
        await using var session = operations.DocumentStore.QuerySession(@event.TenantId);
        if (await Notification.Of(@event, session, ct) is { } told)
        {
            QueueOnce(
                operations, @event,
                $"insert into {Schema}.notifications (tenant_id, seq, id, type, priority, message, data, created) select ?, ?, ?, ?, ?, "
                    + "?, ?::jsonb, ? from once",
                @event.TenantId, told.Sequence, told.Id, told.Type, told.Priority, told.Message, told.Data.GetRawText(), told.CreatedAt);
        }
    }
}
