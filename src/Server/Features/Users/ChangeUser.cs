using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary><c>PUT /api/v1/users/{user_id}</c>: what is named is replaced, what is not stays. A new password ends every session.</summary>
internal static class ChangeUser
{
    public sealed record Request(
        string? Username = null, string? Password = null, string? Email = null, IReadOnlyList<string>? Roles = null, string? TenantId = null, string? Plan = null);

    public static async Task<IResult> Handle(HttpContext http, string userId, UserService service, UserQueries queries)
    {
        var request = await Body.Read<Request>(http);
        var (principal, ct) = (http.Principal(), http.RequestAborted);
        var id = ResourceId.Canonical("user", userId);
        var (tenant, user) = await queries.Get(principal, id, ct);
        RequireSame("tenant_id", request.TenantId, tenant);
        RequireSame("username", request.Username, (await queries.Profile(tenant, id, user, ct)).Username);
        if (request.Roles is { } roles)
        {
            Choice.RequireSome("roles", roles, Role.All);
        }

        var changed = await service.Change(
            tenant, id, request.Email is null ? null : UserFields.Email(request.Email), request.Roles,
            request.Plan is null || request.Plan == user.Plan ? null : Choice.Plan(request.Plan, principal),
            request.Password is null ? null : UserFields.Password(request.Password), http.EventMetadata(), ct);
        return Reply.Ok(await queries.Body(tenant, id, changed, ct), "User updated successfully");
    }

    private static void RequireSame(string field, string? given, string? now)
    {
        if (given is not null && given != now)
        {
            throw Problem.Invalid(field, $"'{now}', or nothing: it does not change", given);
        }
    }
}

/// <summary><c>DELETE /api/v1/users/{user_id}</c>: its sessions and keys open nothing from now on, its name is free.</summary>
internal static class DeleteUser
{
    public static async Task<IResult> Handle(HttpContext http, string userId, UserService service, UserQueries queries)
    {
        var id = ResourceId.Canonical("user", userId);
        if (http.Principal().Owner == id)
        {
            throw Problem.Conflict("Nobody deletes themselves.");
        }

        var (tenant, _) = await queries.Get(http.Principal(), id, http.RequestAborted);
        await service.Delete(tenant, id, http.EventMetadata(), http.RequestAborted);
        return Reply.Ok(new Confirmation("User deleted successfully"), "User deleted successfully");
    }
}
