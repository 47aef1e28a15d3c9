using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Sessions;

/// <summary>The attempts under one name.</summary>
internal sealed class SignInGrain(TimeProvider time) : Grain<SignIn>
{
    public async ValueTask<bool> RequireUnlocked(CancellationToken ct)
    {
        (await Current(ct)).RequireUnlocked(time.GetUtcNow());
        return true;
    }

    public ValueTask<SignIn> Succeed(string userId, string sessionId, Sealed address, Origin origin, CancellationToken ct) =>
        Raise(origin, state => SignIn.Succeed(state, userId, sessionId, address, time.GetUtcNow()), ct);

    public ValueTask<SignIn> Fail(string? userId, Sealed address, Origin origin, CancellationToken ct) =>
        Raise(origin, state => SignIn.Fail(state, userId, address, time.GetUtcNow()), ct);
}
