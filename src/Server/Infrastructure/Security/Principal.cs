using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>Who is asking, and on whose behalf.</summary>
/// <param name="Tenant">The tenant that every query and grain of the request is bound to.</param>
/// <param name="Actor">As it stands on events, <c>key:…</c> or <c>user:…</c>.</param>
/// <param name="Roles">Of <see cref="Role"/>.</param>
/// <param name="Permissions"><c>read</c>, <c>write</c>.</param>
internal sealed record Principal(string Tenant, string Actor, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions)
{
    /// <summary>The key or the user.</summary>
    public required string Id { get; init; }

    /// <summary>The user that it is or acts for; null for a key that belongs to the tenant.</summary>
    public string? Owner { get; init; }

    /// <summary>The rate plan.</summary>
    public required string Plan { get; init; }

    /// <summary>When the credential stops being valid by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The session of an access token; null for a key.</summary>
    public string? SessionId { get; init; }

    /// <summary>The tenant of those who run the server.</summary>
    public const string SystemTenant = "default";

    /// <summary>Whether it administrates the server rather than a tenant.</summary>
    public bool IsSystemAdministrator => Tenant == SystemTenant && Roles.Contains(Role.Admin);

    /// <summary>Whether it has one of some roles; an administrator has all.</summary>
    public bool Has(params ReadOnlySpan<string> roles)
    {
        if (Roles.Contains(Role.Admin))
        {
            return true;
        }

        foreach (var role in roles)
        {
            if (Roles.Contains(role))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Refuses who lacks the roles.</summary>
    public void Require(params ReadOnlySpan<string> roles)
    {
        if (!Has(roles))
        {
            throw new Problem(ProblemKind.Forbidden,
                $"This needs one of the roles: {string.Join(", ", (IEnumerable<string>)[Role.Admin, .. roles.ToArray()])}.");
        }
    }

    /// <summary>Refuses a key that may only read; whoever is signed in may change what is its own.</summary>
    public void RequireMayChangeItself()
    {
        if (SessionId is null && !Permissions.Contains(Scopes.Write))
        {
            throw new Problem(ProblemKind.Forbidden, "The credential lacks the permission 'write'.", "permissions", Scopes.Write);
        }
    }

    /// <summary>Refuses who does not administrate the server.</summary>
    public void RequireSystemAdministrator()
    {
        if (!IsSystemAdministrator)
        {
            throw new Problem(ProblemKind.Forbidden, "This is for administrators of the server.");
        }
    }
}

/// <summary>Short ways to who is asking.</summary>
internal static class PrincipalExtensions
{
    public static Principal Principal(this HttpContext http) =>
        http.Features.Get<Principal>() ?? throw new Problem(ProblemKind.Unauthenticated, "This needs a credential.");

    public static string Tenant(this HttpContext http) => http.Principal().Tenant;

    public static EventMetadata EventMetadata(this HttpContext http) => new(http.Principal().Actor, http.RequestId());
}
