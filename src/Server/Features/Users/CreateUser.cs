using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary><c>POST /api/v1/users</c>: by an administrator for its tenant, or by the server's for any.</summary>
internal static class CreateUser
{
    public sealed record Request(
        string Username, string Password, string? Email = null, IReadOnlyList<string>? Roles = null, string? TenantId = null, string? Plan = null);

    public static async Task<IResult> Handle(HttpContext http, UserService service, UserQueries queries, TenantQueries tenants)
    {
        var request = await Body.Read<Request>(http);
        var principal = http.Principal();
        var tenant = request.TenantId ?? principal.Tenant;
        if (tenant != principal.Tenant)
        {
            principal.RequireSystemAdministrator();
            await tenants.RequireExisting(tenant, http.RequestAborted);
        }

        var roles = request.Roles ?? [Role.Analyst];
        Choice.RequireSome("roles", roles, Role.All);
        var wanted = new UserRegistration(
            UserFields.Username(request.Username), request.Email is null ? null : UserFields.Email(request.Email), UserFields.Password(request.Password), roles,
            Choice.Plan(request.Plan, principal));
        var (id, user) = await service.Create(tenant, wanted, http.EventMetadata(), http.RequestAborted);
        return Reply.Created($"/api/v1/users/{id}", await queries.Body(tenant, id, user, http.RequestAborted), "User created successfully");
    }
}
