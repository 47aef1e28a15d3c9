using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>Folds any stream of the product as it was at any version, from its first event and never from the stored state.</summary>
internal sealed class StreamStates(AggregateStore aggregates, IEnumerable<AggregateType> types)
{
    /// <summary>What kind of stream it is.</summary>
    public async Task<AggregateType> TypeOf(StreamKey stream, CancellationToken ct)
    {
        await using var session = aggregates.Query(stream.Tenant);
        var state = await session.Events.FetchStreamStateAsync(stream.Id, ct);
        return types.FirstOrDefault(type => type.StateType == state?.AggregateType) ?? throw Problem.NotFound("stream", stream.Id);
    }

    /// <summary>The state after some events.</summary>
    public async Task<JsonElement> At(StreamKey stream, AggregateType type, long version, CancellationToken ct)
    {
        await using var session = aggregates.Query(stream.Tenant);
        return await type.StateAt(session, stream.Id, version, ct);
    }
}
