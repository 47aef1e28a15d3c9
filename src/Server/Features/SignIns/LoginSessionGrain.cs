using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>One session.</summary>
internal sealed class LoginSessionGrain(TimeProvider time) : Grain<LoginSession>
{
    public ValueTask<LoginSession> Start(string userId, string refreshHash, bool remember, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => LoginSession.Start(state, userId, refreshHash, remember, time.GetUtcNow()), ct);

    public ValueTask<LoginSession> Refresh(string presented, string next, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => LoginSession.Refresh(state, presented, next, time.GetUtcNow()), ct);

    public ValueTask<LoginSession> End(EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => LoginSession.End(state, time.GetUtcNow()), ct);
}
