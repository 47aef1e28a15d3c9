using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>One alert.</summary>
[Alias("esa.Alert")]
public interface IAlertGrain : IGrainWithStringKey
{
    [Alias("Raise")]
    Task<long> Raise(AlertTriggered wanted, CancellationToken ct);

    [Alias("Acknowledge")]
    Task<long> Acknowledge(PersonalText by, PersonalText? notes, CancellationToken ct);

    [Alias("Resolve")]
    Task<long> Resolve(string reason, CancellationToken ct);
}
