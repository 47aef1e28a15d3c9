using EventSourcedAnomaly.Server.Domain;
using global::Marten;
using JasperFx.Events;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>Looks back in time: folds a stream anew with the methods that the grains fold with.</summary>
internal static class TimeTravel
{
    /// <summary>The state of an event's stream right after it.</summary>
    public static Task<TState> StateAt<TState>(this IQuerySession session, IEvent @event, CancellationToken ct)
        where TState : Aggregate, IAggregate<TState> => session.StateAt<TState>(@event.StreamKey!, @event.Version, ct);

    /// <summary>The state of a stream after some events, folded from the first.</summary>
    public static async Task<TState> StateAt<TState>(this IQuerySession session, string streamId, long version, CancellationToken ct)
        where TState : Aggregate, IAggregate<TState> =>
        version == 0
            ? TState.Initial
            : Fold<TState>.Apply(
                TState.Initial, session.TenantId, streamId,
                [.. (await session.Events.FetchStreamAsync(streamId, version, token: ct)).Select(recorded => (IDomainEvent)recorded.Data)]);
}
