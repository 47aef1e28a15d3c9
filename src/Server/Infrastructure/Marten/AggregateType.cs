using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using global::Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>A kind of aggregate, for whoever looks at streams of any kind.</summary>
/// <param name="StreamType">What it is called.</param>
/// <param name="StateType">The type of its state.</param>
/// <param name="StateAt">Folds a stream from its first event up to a version.</param>
internal sealed record AggregateType(string StreamType, Type StateType,
    Func<IQuerySession, string, long, CancellationToken, Task<JsonElement>> StateAt)
{
    /// <summary>That of a state.</summary>
    public static AggregateType Of<TState>()
        where TState : Aggregate, IAggregate<TState> => new(
            TState.StreamType,
            typeof(TState),
            static async (session, streamId, version, ct) =>
                JsonSerializer.SerializeToElement(await session.StateAt<TState>(streamId, version, ct), EventJson.Options));
}
