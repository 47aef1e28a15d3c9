using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>The attempts under one name.</summary>
internal sealed class SignInAttemptsGrain(TimeProvider time) : Grain<SignInAttempts>
{
    public async ValueTask<bool> RequireUnlocked(CancellationToken ct)
    {
        (await Current(ct)).RequireUnlocked(time.GetUtcNow());
        return true;
    }

    public ValueTask<SignInAttempts> Succeed(string userId, string sessionId, Sealed address, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => SignInAttempts.Succeed(state, userId, sessionId, address, time.GetUtcNow()), ct);

    public ValueTask<SignInAttempts> Fail(string? userId, Sealed address, EventMetadata metadata, CancellationToken ct) =>
        Raise(metadata, state => SignInAttempts.Fail(state, userId, address, time.GetUtcNow()), ct);
}
