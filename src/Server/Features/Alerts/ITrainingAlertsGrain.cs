namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>Holds what one training session measures to the rules.</summary>
[Alias("esa.TrainingAlerts")]
public interface ITrainingAlertsGrain : IGrainWithStringKey
{
    /// <summary>Takes measurements in.</summary>
    /// <param name="metrics">What was measured, by name.</param>
    /// <param name="at">When.</param>
    /// <param name="sequence">The event that says so, by which it is recognised when it comes again.</param>
    /// <param name="ct">Stops it.</param>
    [Alias("Observe")]
    Task Observe(IReadOnlyDictionary<string, double> metrics, DateTimeOffset at, long sequence, CancellationToken ct);
}
