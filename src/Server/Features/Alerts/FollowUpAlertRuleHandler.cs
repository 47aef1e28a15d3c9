using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using JasperFx.Events;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>Asks for the alerts of a rule to be ended where the rule no longer stands behind them.</summary>
/// <param name="Tenant">Whose rule.</param>
/// <param name="RuleId">The rule.</param>
/// <param name="Terms">The terms under which an alert was raised; null where the rule itself was changed.</param>
/// <param name="Reason">Why, where the rule itself was changed.</param>
/// <param name="CorrelationId">The request that led here.</param>
/// <param name="CausationId">The event that led here.</param>
public sealed record FollowUpAlertRule(string Tenant, string RuleId, AlertTerms? Terms, string? Reason,
    string? CorrelationId, string? CausationId)
{
    /// <summary>The rule means something else now.</summary>
    public const string Changed = "rule_changed";

    /// <summary>The rule is deleted.</summary>
    public const string Deleted = "rule_deleted";

    /// <summary>The message that an event leads to.</summary>
    public static FollowUpAlertRule Of(IEvent recorded, AlertTerms? terms, string? reason) =>
        new(recorded.TenantId, recorded.Data is AlertTriggered raised
            ? raised.RuleId : recorded.StreamKey!, terms, reason, recorded.CorrelationId, recorded.Id.ToString());
}

/// <summary>
/// Ends the alerts of a rule that is deleted, disabled or means something else now, also one that was raised while it changed.
/// </summary>
public static class FollowUpAlertRuleHandler
{
    /// <summary>Handles the message.</summary>
    public static Task Handle(FollowUpAlertRule message, IGrainFactory grains, CancellationToken ct)
    {
        RequestMetadata.Set(new EventMetadata("system:alerts_follow_rules", message.CorrelationId, message.CausationId));
        return grains.Of<IAlertRuleGrain>(message.Tenant, message.RuleId).FollowUp(message.Terms, message.Reason, ct);
    }
}
