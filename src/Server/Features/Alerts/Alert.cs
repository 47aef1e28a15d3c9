using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>One time that something was wrong: active, acknowledged by somebody, resolved.</summary>
public sealed record Alert(
    AlertTriggered? Trigger, string Status, AlertAcknowledged? Acknowledgement, string? Resolution,
    DateTimeOffset? ResolvedAt) : Aggregate, IAggregate<Alert>
{
    /// <summary>Nobody looks after it yet.</summary>
    public const string Active = "active";

    /// <summary>Somebody does.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>Over.</summary>
    public const string Resolved = "resolved";

    /// <summary>Somebody said that it is over.</summary>
    public const string ByHand = "by_hand";

    /// <summary>The condition did not hold for the rule's hold-off.</summary>
    public const string ConditionCleared = "condition_cleared";

    /// <summary>All states.</summary>
    public static readonly IReadOnlyList<string> Statuses = [Active, Acknowledged, Resolved];

    /// <inheritdoc/>
    public static string StreamType => "alert";

    /// <inheritdoc/>
    public static Alert Initial { get; } = new(null, string.Empty, null, null, null);

    /// <summary>How it came to be, of an alert that is known to exist.</summary>
    internal AlertTriggered Triggered => Trigger ?? throw new InvalidOperationException("The alert does not exist.");

    public Alert Apply(AlertTriggered e) => this with { Trigger = e, Status = Active };

    public Alert Apply(AlertAcknowledged e) => this with { Acknowledgement = e, Status = Acknowledged };

    public Alert Apply(AlertResolved e) => this with { Status = Resolved, Resolution = e.Reason, ResolvedAt = e.ResolvedAt };

    /// <summary>Raises it; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> Raise(Alert state, AlertTriggered wanted) => state.Trigger is null ? [wanted] : [];

    /// <summary>Takes it on. Whoever was first stays; what is over needs nobody.</summary>
    public static IReadOnlyList<IDomainEvent> Acknowledge(Alert state, string id, AlertAcknowledged wanted) => state switch
    {
        { Trigger: null } => throw Problem.NotFound("alert", id),
        { Status: Resolved } => throw Problem.Conflict("The alert is resolved already."),
        { Status: Acknowledged } => [],
        _ => [wanted],
    };

    /// <summary>Ends it; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> Resolve(Alert state, string id, string reason, DateTimeOffset now) => state switch
    {
        { Trigger: null } => throw Problem.NotFound("alert", id),
        { Status: Resolved } => [],
        _ => [new AlertResolved(reason, now)],
    };
}
