using System.Text.Json;
using EventSourcedAnomaly.Server.Features.Alerts;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Features.Webhooks;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Events;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>What an event of the log means to whoever wants to hear of it.</summary>
/// <param name="Name">Which kind it is, as <see cref="EventNames"/> calls it.</param>
/// <param name="At">When it happened.</param>
/// <param name="Message">In words.</param>
/// <param name="Data">As data.</param>
/// <param name="NotificationContent">How people are notified of it; null when they are not.</param>
internal sealed record EventNotification(string Name, DateTimeOffset At, string Message, JsonElement Data,
    NotificationContent? NotificationContent = null);

/// <summary>How people are notified.</summary>
/// <param name="Type"><c>training</c>, <c>alert</c> or <c>system</c>.</param>
/// <param name="Priority"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
internal sealed record NotificationContent(string Type, string Priority)
{
    public const string Training = "training", Alert = "alert", System = "system";
    public const string Low = "low", Medium = "medium", High = "high";

    /// <summary>All types.</summary>
    public static readonly string[] Types = [Training, Alert, System];

    /// <summary>All priorities.</summary>
    public static readonly string[] Priorities = [Low, Medium, High];
}

/// <summary>Tells what an event means to those who are told of it, from the log alone: of the same event always the same.</summary>
internal static class EventNotificationReader
{
    /// <summary>The events that people and webhooks are told of, with what each is called.</summary>
    public static readonly IReadOnlyDictionary<Type, string> Names = new Dictionary<Type, string>
    {
        [typeof(TrainingStarted)] = EventNames.TrainingStarted,
        [typeof(TrainingCompleted)] = EventNames.TrainingFinished,
        [typeof(TrainingFailed)] = EventNames.TrainingFailed,
        [typeof(TrainingCancelled)] = EventNames.TrainingStopped,
        [typeof(TrainingSessionStarted)] = EventNames.TrainingStarted,
        [typeof(TrainingSessionCompleted)] = EventNames.TrainingFinished,
        [typeof(TrainingSessionFailed)] = EventNames.TrainingFailed,
        [typeof(TrainingSessionStopped)] = EventNames.TrainingStopped,
        [typeof(AlertTriggered)] = EventNames.AlertTriggered,
        [typeof(AlertAcknowledged)] = EventNames.AlertAcknowledged,
        [typeof(AlertResolved)] = EventNames.AlertResolved,
        [typeof(DetectionCompleted)] = EventNames.DetectionCompleted,
        [typeof(WebhookDisabled)] = EventNames.WebhookDisabled,
        [typeof(WebhookDeliveryDeadLettered)] = EventNames.WebhookDeadLettered,
    };

    /// <summary>What an event means.</summary>
    /// <param name="recorded">The event.</param>
    /// <param name="session">Reads the tenant of the event.</param>
    /// <param name="ct">Stops the reading.</param>
    public static async Task<EventNotification> Of(IEvent recorded, IQuerySession session, CancellationToken ct)
    {
        var name = Names[recorded.EventType];
        return recorded.Data switch
        {
            TrainingSessionStarted or TrainingSessionCompleted or TrainingSessionFailed or TrainingSessionStopped =>
                OfSession(name, recorded, await session.StateAt<TrainingSession>(recorded, ct)),
            TrainingStarted or TrainingCompleted or TrainingFailed or TrainingCancelled =>
                OfTraining(name, recorded, await session.StateAt<ModelTraining>(recorded, ct)),
            AlertTriggered or AlertAcknowledged or AlertResolved => OfAlert(name, recorded, await session.StateAt<Alert>(recorded, ct)),
            DetectionCompleted detection => OfDetection(name, recorded, detection),
            WebhookDisabled disabled => new EventNotification(
                name, recorded.Timestamp, $"Webhook {recorded.StreamKey} was disabled: {disabled.Reason}",
                Data(new { webhook_id = recorded.StreamKey, reason = disabled.Reason }),
                disabled.Reason == WebhookDisabled.ByHand
                    ? null : new NotificationContent(NotificationContent.System, NotificationContent.High)),
            WebhookDeliveryDeadLettered dead => new EventNotification(
                name, recorded.Timestamp,
                $"A delivery of {dead.Event} to webhook {recorded.StreamKey} was given up after {dead.Attempts} attempts",
                Data(new
                {
                    webhook_id = recorded.StreamKey, delivery_id = dead.DeliveryId, @event = dead.Event, sequence = dead.Sequence,
                    attempts = dead.Attempts, error = dead.Error
                }),
                new NotificationContent(NotificationContent.System, NotificationContent.Medium)),
            _ => throw new InvalidOperationException($"Nobody is told of {recorded.EventTypeName}."),
        };
    }

    private static EventNotification OfSession(string name, IEvent recorded, TrainingSession run)
    {
        var made = run.Made;
        var data = run.Status == TrainingSession.Running
            ? Data(new
            {
                session_id = made.Id, session_name = made.Name, status = run.Status, run = run.Run,
                total_epochs = made.Configuration.Epochs
            })
            : Data(new
            {
                session_id = made.Id, session_name = made.Name, status = run.Status, current_epoch = run.Epoch,
                total_epochs = made.Configuration.Epochs,
                final_metrics = run.Latest, best_epoch = run.BestEpoch, best_value = run.BestValue, error = run.Failure,
            });
        return new EventNotification(name, recorded.Timestamp, $"Training session {made.Id} {Verb(name)}", data, ContentOf(name));
    }

    private static EventNotification OfTraining(string name, IEvent recorded, ModelTraining training)
    {
        var (request, metrics) = (training.Requested, training.Metrics);
        var data = name == EventNames.TrainingStarted
            ? Data(new
            {
                training_id = request.Id, detector_id = request.DetectorId, dataset_id = request.DatasetId,
                algorithm = request.Algorithm, status = training.Status
            })
            : Data(new
            {
                training_id = request.Id, detector_id = request.DetectorId, dataset_id = request.DatasetId, algorithm = request.Algorithm,
                status = training.Status,
                final_metrics = Measured(metrics), training_time = training.Result?.TrainingSeconds, error = training.Failure,
            });
        return new EventNotification(name, recorded.Timestamp, $"Training {request.Id} {Verb(name)}", data, ContentOf(name));
    }

    private static EventNotification OfAlert(string name, IEvent recorded, Alert alert)
    {
        var (trigger, terms) = (alert.Triggered, alert.Triggered.Terms);
        var data = Data(new
        {
            alert_id = trigger.Id, rule_id = trigger.RuleId, rule_name = terms.Name, metric = terms.Metric, session_id = terms.OfSystem
                ? null : trigger.Subject,
            severity = terms.Severity, message = trigger.Message, value = trigger.Value, threshold = terms.Threshold, status = alert.Status,
            triggered_at = trigger.TriggeredAt, acknowledged_at = alert.Acknowledgement?.AcknowledgedAt, resolved_at = alert.ResolvedAt,
        });
        var priority = terms.Severity switch
        {
            AlertSeverity.Low =>
            NotificationContent.Low,
            AlertSeverity.Medium => NotificationContent.Medium,
            _ => NotificationContent.High
        };
        return name switch
        {
            EventNames.AlertTriggered =>
                new EventNotification(name, recorded.Timestamp, $"Alert {terms.Name}: {trigger.Message}",
                    data, new NotificationContent(NotificationContent.Alert, priority)),
            EventNames.AlertResolved =>
                new EventNotification(name, recorded.Timestamp, $"Alert {terms.Name} is resolved: {trigger.Message}", data,
                    new NotificationContent(NotificationContent.Alert, NotificationContent.Low)),
            _ => new EventNotification(name, recorded.Timestamp, $"Alert {terms.Name} is acknowledged", data),
        };
    }

    private static EventNotification OfDetection(string name, IEvent recorded, DetectionCompleted detection) => new(
        name, recorded.Timestamp, $"Detection {detection.Id} completed",
        Data(new
        {
            detection_id = detection.Id, result_id = detection.Id, detector_id = detection.DetectorId.Length == 0
                ? null : detection.DetectorId,
            dataset_id = detection.DatasetId, batch_id = detection.BatchId, summary = detection.Summary,
        }));

    private static string Verb(string name) => name switch
    {
        EventNames.TrainingStarted => "started",
        EventNames.TrainingFinished => "completed",
        EventNames.TrainingFailed => "failed",
        _ => "stopped",
    };

    private static NotificationContent? ContentOf(string name) => name switch
    {
        EventNames.TrainingStarted => null,
        EventNames.TrainingStopped => new NotificationContent(NotificationContent.Training, NotificationContent.Medium),
        _ => new NotificationContent(NotificationContent.Training, NotificationContent.High),
    };

    private static Dictionary<string, double> Measured(ClassificationMetrics metrics) =>
        new (string Name, double? Value)[]
        {
            ("accuracy", metrics.Accuracy), ("precision", metrics.Precision), ("recall", metrics.Recall),
                ("f1_score", metrics.F1Score), ("auc", metrics.Auc),
        }.Where(metric => metric.Value is not null).ToDictionary(metric => metric.Name, metric => metric.Value!.Value);

    private static JsonElement Data<T>(T data) => JsonSerializer.SerializeToElement(data, Json.Options);
}
