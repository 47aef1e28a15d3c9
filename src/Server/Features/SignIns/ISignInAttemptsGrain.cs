using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>The attempts under one name.</summary>
[Alias("esa.SignInAttempts")]
public interface ISignInAttemptsGrain : IGrainWithStringKey
{
    [Alias("RequireUnlocked")]
    Task<bool> RequireUnlocked(CancellationToken ct);

    [Alias("Succeed")]
    Task<long> Succeed(string userId, string sessionId, PersonalText address, CancellationToken ct);

    [Alias("Fail")]
    Task<long> Fail(string? userId, PersonalText address, CancellationToken ct);
}
