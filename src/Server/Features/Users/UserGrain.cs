using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>One user.</summary>
internal sealed class UserGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<User>(aggregates), IUserGrain
{
    public Task<long> Create(UserCreated wanted, CancellationToken ct) => Raise(state => User.Create(state, wanted), ct);

    public Task<long> Change(UserChange change, CancellationToken ct) =>
        Raise(state => User.Change(state, StreamId, change, time.GetUtcNow()), ct);

    public Task<long> Delete(CancellationToken ct) => Raise(state => User.Delete(state, StreamId, time.GetUtcNow()), ct);
}
