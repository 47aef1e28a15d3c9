using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>One alert.</summary>
internal sealed class AlertGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<Alert>(aggregates), IAlertGrain
{
    public Task<long> Raise(AlertTriggered wanted, CancellationToken ct) => Raise(state => Alert.Raise(state, wanted), ct);

    public Task<long> Acknowledge(PersonalText by, PersonalText? notes, CancellationToken ct) =>
        Raise(state => Alert.Acknowledge(state, StreamId, new AlertAcknowledged(by, notes, time.GetUtcNow())), ct);

    public Task<long> Resolve(string reason, CancellationToken ct) =>
        Raise(state => Alert.Resolve(state, StreamId, reason, time.GetUtcNow()), ct);
}
