namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>What to replace of a rule's terms; null leaves it.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Metric">The metric to watch.</param>
/// <param name="Condition">How a bad value compares to the threshold.</param>
/// <param name="Threshold">In the metric's unit.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Enabled">Whether it is watched.</param>
/// <param name="Duration">For how many seconds the condition must hold.</param>
/// <param name="HoldOff">For how many seconds it must be gone; follows the duration unless given.</param>
/// <param name="SessionId">The one training session to watch.</param>
[GenerateSerializer, Immutable, Alias("esa.AlertTermsChange")]
public sealed record AlertTermsChange(
    string? Name, string? Metric, AlertCondition? Condition, double? Threshold, AlertSeverity? Severity, bool? Enabled, double? Duration,
    double? HoldOff, string? SessionId)
{
    /// <summary>The terms after the change.</summary>
    internal AlertTerms AppliedTo(AlertTerms terms)
    {
        var (metric, session, duration) = (Metric ?? terms.Metric, SessionId ?? terms.SessionId, Duration ?? terms.Duration);
        return new AlertTerms(
            Name ?? terms.Name, metric, AlertTerms.IsOfSystem(metric, session), session, Condition ?? terms.Condition,
            Threshold ?? terms.Threshold, duration,
            HoldOff ?? (Duration is null ? terms.HoldOff : AlertTerms.UsualHoldOff(duration)),
            Severity ?? terms.Severity, Enabled ?? terms.Enabled);
    }
}
