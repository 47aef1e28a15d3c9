using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>One API key.</summary>
internal sealed class ApiKeyGrain(TimeProvider time) : Grain<ApiKey>, IRemindable
{
    private static readonly EventMetadata Clock = new("system:api_key_expiry");

    public ValueTask<ApiKey> Issue(ApiKeyIssued wanted, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ApiKey.Issue(state, wanted), ct);

    /// <param name="owner">Whose key it must be; null when any will do.</param>
    /// <param name="metadata">Who asked.</param>
    /// <param name="ct">The turn's token.</param>
    public ValueTask<ApiKey> Revoke(string? owner, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => ApiKey.Revoke(state, Id.Key, owner, time.GetUtcNow()), ct);

    /// <inheritdoc/>
    public async ValueTask OnReminder(string reminder, CancellationToken ct) => await Raise(Clock, state => ApiKey.Expire(state, time.GetUtcNow()), ct);
}
