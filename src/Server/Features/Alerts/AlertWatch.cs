namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>
/// How long what a rule watches has been as it is. The condition has to hold for the rule's duration before there is an alert, and
/// to be gone for its hold-off before the alert is over, so that a value which crosses the threshold to and fro makes one alert.
/// </summary>
/// <param name="TrueSince">Since when the condition holds; null while it does not.</param>
/// <param name="FalseSince">Since when it does not, of an alert that is under way; null while it does.</param>
/// <param name="AlertId">The alert that is under way; null when there is none.</param>
internal sealed record AlertWatch(DateTimeOffset? TrueSince, DateTimeOffset? FalseSince, string? AlertId)
{
    /// <summary>Nothing has been seen yet.</summary>
    public static readonly AlertWatch Fresh = new(null, null, null);

    /// <summary>Whether the last thing done was to decide that there should be an alert, whose id is yet to be given.</summary>
    public bool IsDue { get; private init; }

    /// <summary>The alert that is over with this observation; null when none is.</summary>
    public string? Over { get; private init; }

    /// <summary>Takes a value in.</summary>
    /// <param name="terms">The rule.</param>
    /// <param name="value">What was measured.</param>
    /// <param name="at">When it was measured.</param>
    public AlertWatch Observe(AlertTerms terms, double value, DateTimeOffset at) => (AlertId, terms.Holds(value)) switch
    {
        (null, true) => new AlertWatch(TrueSince ?? at, null, null)
        { IsDue = at - (TrueSince ?? at) >= TimeSpan.FromSeconds(terms.Duration) },
        (null, false) => Fresh,
        (_, true) => this with { FalseSince = null, IsDue = false },
        _ when at - (FalseSince ?? at) >= TimeSpan.FromSeconds(terms.HoldOff) => Fresh with { Over = AlertId },
        _ => this with { FalseSince = FalseSince ?? at, IsDue = false },
    };

    /// <summary>The same with the alert that was due.</summary>
    public AlertWatch With(string alertId) => new(TrueSince, null, alertId);
}
