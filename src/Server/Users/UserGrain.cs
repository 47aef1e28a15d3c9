using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Users;

/// <summary>One user.</summary>
internal sealed class UserGrain(TimeProvider time) : Grain<User>
{
    public ValueTask<User> Create(UserCreated wanted, Origin origin, CancellationToken ct) => Raise(origin, state => User.Create(state, wanted), ct);

    public ValueTask<User> Change(UserChange change, Origin origin, CancellationToken ct) =>
        Raise(origin, state => User.Change(state, Id.Key, change, time.GetUtcNow()), ct);

    public ValueTask<User> Delete(Origin origin, CancellationToken ct) => Raise(origin, state => User.Delete(state, Id.Key, time.GetUtcNow()), ct);
}
