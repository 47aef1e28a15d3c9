namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>One rule.</summary>
[Alias("esa.AlertRule")]
public interface IAlertRuleGrain : IGrainWithStringKey
{
    [Alias("Create")]
    Task<long> Create(AlertRuleCreated wanted, CancellationToken ct);

    [Alias("Change")]
    Task<long> Change(AlertTermsChange change, CancellationToken ct);

    /// <summary>Ends the rule's alerts where it no longer stands behind them.</summary>
    /// <param name="terms">The terms under which an alert was raised; null where the rule itself was changed.</param>
    /// <param name="reason">Why, where the rule itself was changed.</param>
    /// <param name="ct">Stops it.</param>
    [Alias("FollowUp")]
    Task FollowUp(AlertTerms? terms, string? reason, CancellationToken ct);

    [Alias("Delete")]
    Task<long> Delete(CancellationToken ct);
}
