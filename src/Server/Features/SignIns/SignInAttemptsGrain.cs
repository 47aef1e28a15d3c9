using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>The attempts under one name.</summary>
internal sealed class SignInAttemptsGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<SignInAttempts>(aggregates),
    ISignInAttemptsGrain
{
    public async Task<bool> RequireUnlocked(CancellationToken ct)
    {
        (await Current(ct)).RequireUnlocked(time.GetUtcNow());
        return true;
    }

    public Task<long> Succeed(string userId, string sessionId, PersonalText address, CancellationToken ct) =>
        Raise(state => SignInAttempts.Succeed(state, userId, sessionId, address, time.GetUtcNow()), ct);

    public Task<long> Fail(string? userId, PersonalText address, CancellationToken ct) =>
        Raise(state => SignInAttempts.Fail(state, userId, address, time.GetUtcNow()), ct);
}
