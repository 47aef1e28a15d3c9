using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Sessions;

/// <summary>One session.</summary>
internal sealed class SessionGrain(TimeProvider time) : Grain<Session>
{
    public ValueTask<Session> Start(string userId, string refreshHash, bool remember, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Session.Start(state, userId, refreshHash, remember, time.GetUtcNow()), ct);

    public ValueTask<Session> Refresh(string presented, string next, Origin origin, CancellationToken ct) =>
        Raise(origin, state => Session.Refresh(state, presented, next, time.GetUtcNow()), ct);

    public ValueTask<Session> End(Origin origin, CancellationToken ct) => Raise(origin, state => Session.End(state, time.GetUtcNow()), ct);
}
