using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Security;

/// <summary>One API key.</summary>
internal sealed class ApiKeyGrain(TimeProvider time) : Grain<ApiKey>
{
    public ValueTask<ApiKey> Issue(ApiKeyIssued wanted, Origin origin, CancellationToken ct) =>
        Raise(origin, state => ApiKey.Issue(state, wanted), ct);

    public ValueTask<ApiKey> Revoke(Origin origin, CancellationToken ct) =>
        Raise(origin, state => ApiKey.Revoke(state, Id.Key, time.GetUtcNow()), ct);
}
