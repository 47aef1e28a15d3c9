using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>One session.</summary>
internal sealed class LoginSessionGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<LoginSession>(aggregates),
    ILoginSessionGrain
{
    public Task<long> Start(string userId, string refreshHash, bool remember, CancellationToken ct) =>
        Raise(state => LoginSession.Start(state, userId, refreshHash, remember, time.GetUtcNow()), ct);

    public Task<long> Refresh(string presented, string next, CancellationToken ct) =>
        Raise(state => LoginSession.Refresh(state, presented, next, time.GetUtcNow()), ct);

    public Task<long> End(CancellationToken ct) => Raise(state => LoginSession.End(state, time.GetUtcNow()), ct);
}
