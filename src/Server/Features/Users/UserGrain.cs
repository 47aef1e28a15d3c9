using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>One user.</summary>
internal sealed class UserGrain(TimeProvider time) : Grain<User>
{
    public ValueTask<User> Create(UserCreated wanted, EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => User.Create(state, wanted), ct);

    public ValueTask<User> Change(UserChange change, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => User.Change(state, Id.Key, change, time.GetUtcNow()), ct);

    public ValueTask<User> Delete(EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => User.Delete(state, Id.Key, time.GetUtcNow()), ct);
}
