using System.Net;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>
/// Checks a name and a password. A name that nobody has takes the same steps, to the same answers, as one that somebody has.
/// </summary>
internal sealed class SignInService(IGrainFactory grains, UserNames names, UserQueries users, TenantQueries tenants,
    Passwords passwords, SubjectKeys subjects)
{
    /// <summary>A new session with its first refresh token.</summary>
    /// <exception cref="Problem">The name or the password is wrong, or too many attempts failed.</exception>
    public async Task<(string Tenant, string UserId, User User, RefreshToken Refresh)> SignIn(
        string username, string password, bool remember, IPAddress? address, string requestId, CancellationToken ct)
    {
        var hash = names.HashOf(username);
        var found = await names.Find(hash, ct);
        var tenant = found?.Tenant ?? Principal.SystemTenant;
        // Counted by name and address together: whoever fails on purpose locks nobody out but itself.
        var attempts = grains.Of<ISignInAttemptsGrain>(tenant, $"sign_in_{names.HashOf($"{username}\n{CallerAddress.Of(address)}")}");
        await attempts.RequireUnlocked(ct);

        var user = await users.Find(tenant, found?.UserId ?? string.Empty, ct);
        var right = await passwords.Check(tenant, user, password, ct);
        RequestMetadata.Set(new EventMetadata("anonymous", requestId));
        var from = await subjects.Seal(tenant, found?.UserId ?? $"sign_in_{hash}", address?.ToString() ?? "unknown", ct);
        if (!right || !await tenants.IsOpen(tenant, ct))
        {
            await attempts.Fail(found?.UserId, from, ct);
            throw new Problem(ProblemKind.Unauthenticated, "The username or the password is wrong.");
        }

        RequestMetadata.Set(new EventMetadata($"user:{found!.Value.UserId}", requestId));
        var refresh = RefreshToken.New(ResourceId.New("session"));
        await attempts.Succeed(found!.Value.UserId, refresh.SessionId, from, ct);
        await grains.Of<ILoginSessionGrain>(tenant, refresh.SessionId).Start(found!.Value.UserId, refresh.Hash, remember, ct);
        return (tenant, found!.Value.UserId, user!, refresh);
    }
}
