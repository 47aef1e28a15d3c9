using System.Collections.Concurrent;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.SignIns;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.Users;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>
/// Finds out who is behind an API key or an access token, and remembers it until anything about keys, users, sessions or
/// tenants changes on any silo. What is refused is not remembered.
/// </summary>
internal sealed class Credentials(
    SecurityEpoch epoch, ApiKeyQueries keys, ApiKeyUse uses, AccessTokens tokens, LoginSessionQueries sessions, UserQueries users,
    TenantQueries tenants, TimeProvider time)
{
    private const int MaxKnown = 10_000;
    private readonly Lock _gate = new();
    private Generation _generation = new(-1, []);

    /// <summary>Who presents the credential; null when it is not valid now.</summary>
    public async ValueTask<Principal?> Find(string credential, CancellationToken ct)
    {
        var known = At(await epoch.Current(ct)).Principals;
        if (!known.TryGetValue(credential, out var principal))
        {
            principal = await (AccessTokens.Resembles(credential) ? FromToken(credential, ct) : FromKey(credential, ct));
            if (principal is null)
            {
                return null;
            }

            if (known.Count >= MaxKnown)
            {
                known.Clear();
            }

            known[credential] = principal;
        }

        var now = time.GetUtcNow();
        if (principal.ExpiresAt <= now)
        {
            return null;
        }

        if (principal.SessionId is null)
        {
            uses.Note(principal.Tenant, principal.Id, now);
        }

        return principal;
    }

    private Generation At(long changes)
    {
        lock (_gate)
        {
            return changes <= _generation.Changes ? _generation : _generation = new Generation(changes, []);
        }
    }

    private async Task<Principal?> FromKey(string credential, CancellationToken ct)
    {
        if (await keys.Find(credential, ct) is not var (tenant, key) || !key.ValidAt(time.GetUtcNow()) || !await tenants.IsOpen(tenant, ct))
        {
            return null;
        }

        var roles = key.Roles;
        if (key.Owner is { } owner)
        {
            // A key never outlives its owner, nor outranks it.
            if (await users.Find(tenant, owner, ct) is not { } user)
            {
                return null;
            }

            roles = user.Roles.Contains(Role.Admin) ? roles : [.. roles.Intersect(user.Roles)];
        }

        return new Principal(tenant, $"key:{key.Id}", roles, key.Permissions)
        {
            Id = key.Id, Owner = key.Owner, Plan = key.Plan,
            ExpiresAt = key.ExpiresAt
        };
    }

    private async Task<Principal?> FromToken(string credential, CancellationToken ct)
    {
        if (await tokens.Read(credential, ct) is not { } token
            || !await tenants.IsOpen(token.Tenant, ct)
            || await sessions.Find(token.SessionId, ct) is not var (tenant, session)
            || tenant != token.Tenant || session.UserId != token.UserId || !session.IsOpenAt(time.GetUtcNow())
            || await users.Find(tenant, token.UserId, ct) is not { } user || session.StartedAt < user.PasswordChangedAt)
        {
            return null;
        }

        return new Principal(tenant, $"user:{token.UserId}", user.Roles, user.Scopes)
        {
            Id = token.UserId, Owner = token.UserId, Plan = user.Plan, ExpiresAt = token.ExpiresAt, SessionId = token.SessionId,
        };
    }

    private sealed record Generation(long Changes, ConcurrentDictionary<string, Principal> Principals);
}
