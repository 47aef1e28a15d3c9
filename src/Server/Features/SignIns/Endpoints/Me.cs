using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.SignIns.Endpoints;

/// <summary>Shows the user that asks; a key that acts for nobody shows itself.</summary>
internal sealed class Me(UserQueries users, ApiKeyQueries keys) : EndpointWithoutRequest<Profile>
{
    public override void Configure()
    {
        Get("/v1/auth/me", "/api/v1/auth/me");
        this.Needs(Access.Self);
        Summary(s => s.Summary = "Who is asking");
    }

    public override async Task<Profile> ExecuteAsync(CancellationToken ct)
    {
        var principal = HttpContext.Principal();
        return principal.Owner is { } owner && await users.Find(principal.Tenant, owner, ct) is { } user
            ? await users.Profile(principal.Tenant, owner, user, ct)
            : new Profile(principal.Id, await keys.NameOf(principal.Tenant, principal.Id, ct), null, principal.Roles);
    }
}
