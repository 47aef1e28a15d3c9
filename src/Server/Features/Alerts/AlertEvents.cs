using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>Somebody wants to be told when a metric is not as it should be.</summary>
/// <param name="Id">The rule's id.</param>
/// <param name="Terms">When.</param>
/// <param name="CreatedAt">Since when it holds.</param>
public sealed record AlertRuleCreated(string Id, AlertTerms Terms, DateTimeOffset CreatedAt) : IDomainEvent;

/// <summary>The rule was changed.</summary>
/// <param name="Terms">When it alerts from now on.</param>
/// <param name="Redefined">Whether it means something else now; otherwise it only goes by other words.</param>
/// <param name="ChangedAt">When it was changed.</param>
public sealed record AlertRuleChanged(AlertTerms Terms, bool Redefined, DateTimeOffset ChangedAt) : IDomainEvent;

/// <summary>The rule was deleted.</summary>
public sealed record AlertRuleDeleted(DateTimeOffset DeletedAt) : IDomainEvent;

/// <summary>What a rule watches, and when it alerts.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Metric">A metric of the machine, or one that training sessions measure.</param>
/// <param name="OfSystem">Whether it is the machine's.</param>
/// <param name="SessionId">The one training session that is watched; null for all.</param>
/// <param name="Condition">How a value compares to the threshold when something is wrong.</param>
/// <param name="Threshold">In the metric's unit.</param>
/// <param name="Duration">For how many seconds the condition must hold before it alerts.</param>
/// <param name="HoldOff">For how many seconds it must not hold before the alert is over.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Enabled">Whether it is watched at all.</param>
public sealed record AlertTerms(
    string Name, string Metric, bool OfSystem, string? SessionId, AlertCondition Condition, double Threshold, double Duration,
    double HoldOff, AlertSeverity Severity,
    bool Enabled)
{
    private const double MinHoldOff = 60;

    /// <summary>For how long the condition must be gone, unless told.</summary>
    internal static double UsualHoldOff(double duration) => Math.Max(MinHoldOff, duration);

    /// <summary>A metric of the machine is watched on the machine, unless a session is named that reports one of the same name.</summary>
    internal static bool IsOfSystem(string metric, string? sessionId) => sessionId is null && SystemMetrics.Has(metric);

    /// <summary>Whether a value is as bad as the rule says.</summary>
    internal bool Holds(double value) => Condition switch
    {
        AlertCondition.GreaterThan => value > Threshold,
        AlertCondition.GreaterThanOrEqual => value >= Threshold,
        AlertCondition.LessThan => value < Threshold,
        AlertCondition.LessThanOrEqual => value <= Threshold,
        AlertCondition.Equal => value.Equals(Threshold),
        _ => !value.Equals(Threshold),
    };

    /// <summary>Whether both watch for the same.</summary>
    internal bool MeansTheSameAs(AlertTerms other) => this == other with { Name = Name, Severity = Severity };
}

/// <summary>How a value compares to the threshold.</summary>
public enum AlertCondition
{
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Equal,
    NotEqual,
}

/// <summary>How bad it is.</summary>
public enum AlertSeverity
{
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>What a rule watches was bad for as long as it says.</summary>
/// <param name="Id">The alert's id.</param>
/// <param name="RuleId">The rule.</param>
/// <param name="Terms">The rule as it was then.</param>
/// <param name="Subject">The training session, or <c>system</c>.</param>
/// <param name="Value">The value that triggered it.</param>
/// <param name="Message">The same in words.</param>
/// <param name="HeldSince">Since when the condition holds.</param>
/// <param name="TriggeredAt">When it was noticed.</param>
public sealed record AlertTriggered(
    string Id, string RuleId, AlertTerms Terms, string Subject, double Value, string Message, DateTimeOffset HeldSince,
    DateTimeOffset TriggeredAt) : IDomainEvent;

/// <summary>Somebody looks after it.</summary>
/// <param name="By">Who, encrypted with that person's own key.</param>
/// <param name="Notes">What they say, likewise.</param>
/// <param name="AcknowledgedAt">When.</param>
public sealed record AlertAcknowledged(PersonalText By, PersonalText? Notes, DateTimeOffset AcknowledgedAt) : IDomainEvent;

/// <summary>It is over.</summary>
/// <param name="Reason"><c>condition_cleared</c>, <c>by_hand</c>, <c>rule_changed</c> or <c>rule_deleted</c>.</param>
/// <param name="ResolvedAt">When.</param>
public sealed record AlertResolved(string Reason, DateTimeOffset ResolvedAt) : IDomainEvent;
