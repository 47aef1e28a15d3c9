using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>One API key.</summary>
internal sealed class ApiKeyGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<ApiKey>(aggregates), IApiKeyGrain
{
    public Task<long> Issue(ApiKeyIssued wanted, CancellationToken ct) =>
        Raise(state => ApiKey.Issue(state, wanted), ct);

    /// <param name="owner">Whose key it must be; null when any will do.</param>
    /// <param name="ct">The turn's token.</param>
    public Task<long> Revoke(string? owner, CancellationToken ct) =>
        Raise(state => ApiKey.Revoke(state, StreamId, owner, time.GetUtcNow()), ct);

    /// <summary>Notes that its time is over, if it is.</summary>
    public Task<long> Expire(CancellationToken ct) => Raise(state => ApiKey.Expire(state, time.GetUtcNow()), ct);
}
