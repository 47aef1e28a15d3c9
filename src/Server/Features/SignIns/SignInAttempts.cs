using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>The attempts to sign in under one name from one address, whether anybody has the name or not.</summary>
/// <param name="Failures">How many have failed in a row.</param>
/// <param name="LastFailure">When the last of them did.</param>
/// <param name="LockedUntil">Until when nobody signs in under the name from there.</param>
public sealed record SignInAttempts(int Failures, DateTimeOffset? LastFailure, DateTimeOffset? LockedUntil) : Aggregate,
    IAggregate<SignInAttempts>
{
    private const int Tolerated = 5;
    private static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5), Memory = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public static string StreamType => "sign_in";

    /// <inheritdoc/>
    public static SignInAttempts Initial { get; } = new(0, null, null);

    public SignInAttempts Apply(LoginSucceeded e) => this with { Failures = 0, LastFailure = null };

    public SignInAttempts Apply(LoginFailed e) =>
        this with { Failures = e.FailedAt - LastFailure > Memory ? 1 : Failures + 1, LastFailure = e.FailedAt };

    public SignInAttempts Apply(LoginLocked e) => new(0, null, e.Until);

    /// <summary>Refuses while the name is locked.</summary>
    public void RequireUnlocked(DateTimeOffset now)
    {
        if (LockedUntil is { } until && until > now)
        {
            throw new Problem(ProblemKind.RateLimited, "Too many attempts have failed under this name from this address. Try again later.")
            { RetryAfter = until - now };
        }
    }

    /// <summary>Records a success.</summary>
    public static IReadOnlyList<IDomainEvent> Succeed(SignInAttempts state, string userId, string sessionId,
        PersonalText address, DateTimeOffset now)
    {
        state.RequireUnlocked(now);
        return [new LoginSucceeded(userId, sessionId, address, now)];
    }

    /// <summary>Records a failure; the last that is tolerated locks the name.</summary>
    public static IReadOnlyList<IDomainEvent> Fail(SignInAttempts state, string? userId, PersonalText address, DateTimeOffset now)
    {
        state.RequireUnlocked(now);
        var failed = new LoginFailed(userId, address, now);
        return state.Apply(failed).Failures < Tolerated ? [failed] : [failed, new LoginLocked(now, now + Lockout)];
    }
}
