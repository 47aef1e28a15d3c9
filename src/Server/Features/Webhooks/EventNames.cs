namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// The events that can be subscribed to, in the words of the Platform, Operations and Training contracts. A name may be spelled with
/// dots or underscores; some have two words. What is delivered goes by the spelling that was subscribed to.
/// </summary>
internal static class EventNames
{
    public const string DetectionCompleted = "detection.completed";
    public const string TrainingStarted = "training.started";
    public const string TrainingFinished = "training.finished";
    public const string TrainingFailed = "training.failed";
    public const string TrainingStopped = "training.stopped";
    public const string AlertTriggered = "alert.triggered";
    public const string AlertAcknowledged = "alert.acknowledged";
    public const string AlertResolved = "alert.resolved";

    /// <summary>Sent by <c>POST …/test</c>; not to be subscribed to.</summary>
    public const string Test = "webhook.test";

    /// <summary>Told to people, and to no webhook.</summary>
    public const string WebhookDisabled = "webhook.disabled", WebhookDeadLettered = "webhook.dead_lettered";

    /// <summary>What can be subscribed to; what the product does not do yet simply does not happen.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        DetectionCompleted, TrainingStarted, TrainingFinished, TrainingFailed, TrainingStopped, "drift.detected", AlertTriggered,
        AlertAcknowledged, AlertResolved,
        "anomaly.detected", "anomaly.resolved", "correlation.found", "report.generated",
    ];

    private static readonly IReadOnlyDictionary<string, string> Spellings = All
        .SelectMany(name => new[] { (name, name), (name.Replace('.', '_'), name) })
        .Concat([("training.completed", TrainingFinished), ("training_completed", TrainingFinished)])
        .ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);

    /// <summary>The event that a spelling stands for; null when it stands for none.</summary>
    public static string? Find(string spelling) => Spellings.GetValueOrDefault(spelling);
}
