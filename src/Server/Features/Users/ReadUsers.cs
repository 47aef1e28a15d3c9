using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary><c>GET /api/v1/users</c>: those of the caller's tenant; of another for an administrator of the server.</summary>
internal static class ListUsers
{
    public sealed record Response(IReadOnlyList<UserBody> Users, Pagination Pagination);

    public static async Task<IResult> Handle(HttpContext http, UserQueries queries, TenantQueries tenants)
    {
        var principal = http.Principal();
        var tenant = http.Text("tenant_id") ?? principal.Tenant;
        if (tenant != principal.Tenant)
        {
            principal.RequireSystemAdministrator();
            await tenants.RequireExisting(tenant, http.RequestAborted);
        }

        var page = Paging.Of(http);
        var (users, total) = await queries.List(tenant, page.Limit, page.Offset, http.RequestAborted);
        return Reply.Ok(new Response(users, page.Describe(total)));
    }
}

/// <summary><c>GET /api/v1/users/{user_id}</c>.</summary>
internal static class GetUser
{
    public static async Task<IResult> Handle(HttpContext http, string userId, UserQueries queries)
    {
        var id = ResourceId.Canonical("user", userId);
        var (tenant, user) = await queries.Get(http.Principal(), id, http.RequestAborted);
        return Reply.Ok(await queries.Body(tenant, id, user, http.RequestAborted));
    }
}

/// <summary>The capability's parts and paths.</summary>
internal static class UserRoutes
{
    public static IServiceCollection AddUsers(this IServiceCollection services) => services
        .AddSingleton<UserNames>().AddSingleton<Passwords>().AddSingleton<UserQueries>().AddSingleton<UserService>();

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/users", CreateUser.Handle)
            .Describes<CreateUser.Request, UserBody>("Create a user", StatusCodes.Status201Created).Needs(Access.Administer);
        routes.MapGet("/api/v1/users", ListUsers.Handle).Describes<ListUsers.Response>("List the users, newest first").QueryPage()
            .Query("tenant_id", "Those of another tenant; for administrators of the server.").Needs(Access.Inspect);
        routes.MapGet("/api/v1/users/{userId}", GetUser.Handle).Describes<UserBody>("A user").Needs(Access.Inspect);
        routes.MapPut("/api/v1/users/{userId}", ChangeUser.Handle).Describes<ChangeUser.Request, UserBody>("Change a user").Needs(Access.Administer);
        routes.MapDelete("/api/v1/users/{userId}", DeleteUser.Handle).Describes<Confirmation>("Delete a user").Needs(Access.Administer);
    }
}
