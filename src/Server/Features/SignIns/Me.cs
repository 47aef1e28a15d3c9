using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary><c>GET …/auth/me</c>: the user that asks; a key that acts for nobody shows itself.</summary>
internal static class Me
{
    public static async Task<IResult> Handle(HttpContext http, UserQueries users, ApiKeyQueries keys)
    {
        var (principal, ct) = (http.Principal(), http.RequestAborted);
        return Reply.Ok(principal.Owner is { } owner && await users.Find(principal.Tenant, owner, ct) is { } user
            ? await users.Profile(principal.Tenant, owner, user, ct)
            : new Profile(principal.Id, await keys.NameOf(principal.Tenant, principal.Id, ct), null, principal.Roles));
    }
}

/// <summary>The capability's parts and paths.</summary>
internal static class SignInRoutes
{
    public static IServiceCollection AddSessions(this IServiceCollection services) => services.AddSingleton<LoginSessionQueries>().AddSingleton<SignInService>();

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/v1/auth", "/api/v1/auth" })
        {
            routes.MapPost($"{root}/login", Login.Handle).Describes<Login.Request, Login.Response>("Sign in with a name and a password").Needs(Access.Open);
            routes.MapPost($"{root}/refresh", Refresh.Handle).Describes<Refresh.Request, Refresh.Response>("Get a new access token").Needs(Access.Open);
            routes.MapPost($"{root}/logout", Logout.Handle).Describes<Logout.Request, Confirmation>("Sign out").Needs(Access.Self);
            routes.MapGet($"{root}/me", Me.Handle).Describes<Profile>("Who is asking").Needs(Access.Self);
        }
    }
}
