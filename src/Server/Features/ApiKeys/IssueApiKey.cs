using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>
/// <c>POST /v1/auth/api-keys</c>: a new key, shown this once. An administrator issues keys of the tenant; a user issues keys
/// that act for it and can do no more than it can.
/// </summary>
internal static class IssueApiKey
{
    public sealed record Request(
        string Name, IReadOnlyList<string>? Permissions = null, DateTimeOffset? ExpiresAt = null, string? TenantId = null,
        IReadOnlyList<string>? Roles = null, string? Plan = null);

    public sealed record Response(
        string Id, string Name, string ApiKey, IReadOnlyList<string> Permissions, IReadOnlyList<string> Roles, string Plan, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt,
        string TenantId);

    public static async Task<IResult> Handle(HttpContext http, Silo silo, ApiKeyQueries keys, TenantQueries tenants, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var principal = http.Principal();
        RequireMayIssue(principal);
        var tenant = request.TenantId ?? principal.Tenant;
        if (tenant != principal.Tenant)
        {
            principal.RequireSystemAdministrator();
            await tenants.RequireExisting(tenant, http.RequestAborted);
        }

        var now = time.GetUtcNow();
        var wanted = Validate(request, principal, now);
        var key = ApiKeyQueries.Generate();
        var id = keys.IdOf(key);
        await silo.Grain<ApiKeyGrain>(tenant, id).Call(
            (grain, ct) => grain.Issue(wanted with { Prefix = ApiKeyQueries.PrefixOf(key) }, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Created(
            $"/v1/auth/api-keys/{id}",
            new Response(id, wanted.Name, key, wanted.Permissions, wanted.Roles, wanted.Plan, wanted.ExpiresAt, now, tenant), "API key created; it is shown only now");
    }

    // A key that could make keys would live on in them after it was revoked.
    private static void RequireMayIssue(Principal principal)
    {
        RequireMayChange(principal);
        if (!principal.Has() && principal.SessionId is null)
        {
            throw new Problem(ProblemKind.Forbidden, "Keys are issued by administrators, and by users for themselves.");
        }
    }

    /// <summary>Refuses a key that may only read; whoever is signed in may change what is its own.</summary>
    public static void RequireMayChange(Principal principal)
    {
        if (principal.SessionId is null && !principal.Permissions.Contains(Scopes.Write))
        {
            throw new Problem(ProblemKind.Forbidden, "The credential lacks the permission 'write'.", "permissions", Scopes.Write);
        }
    }

    private static ApiKeyIssued Validate(Request request, Principal principal, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > 200)
        {
            throw Problem.Invalid("name", "1 to 200 characters");
        }

        var administrator = principal.Has();
        var permissions = request.Permissions ?? principal.Permissions;
        var roles = request.Roles ?? (administrator ? [Role.Analyst] : principal.Roles);
        Choice.RequireSome("permissions", permissions, Scopes.All);
        Choice.RequireSome("roles", roles, Role.All);
        if (!permissions.All(principal.Permissions.Contains) || (!administrator && !roles.All(principal.Roles.Contains)))
        {
            throw new Problem(ProblemKind.Forbidden, "A key can do no more than whoever issues it.", "roles", $"some of: {string.Join(", ", principal.Roles)}");
        }

        if (request.ExpiresAt <= now)
        {
            throw Problem.Invalid("expires_at", "a time in the future", request.ExpiresAt);
        }

        return new ApiKeyIssued(
            request.Name, string.Empty, permissions, roles, Choice.Plan(request.Plan, principal), now, request.ExpiresAt,
            administrator ? null : principal.Owner);
    }
}

/// <summary><c>GET /v1/auth/api-keys</c>: a user's keys, an administrator's the tenant's; without the keys.</summary>
internal static class ListApiKeys
{
    public sealed record Item(
        string Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsed, DateTimeOffset? ExpiresAt, IReadOnlyList<string> Permissions,
        IReadOnlyList<string> Roles, string Plan);

    public sealed record Response(IReadOnlyList<Item> ApiKeys);

    public static async Task<IResult> Handle(HttpContext http, ApiKeyQueries keys, ApiKeyUse uses)
    {
        var principal = http.Principal();
        var used = await uses.Of(principal.Tenant, http.RequestAborted);
        var items = (await keys.List(principal.Tenant, http.RequestAborted))
            .Where(key => principal.Has() || (key.Owner is { } owner && owner == principal.Owner))
            .Select(key => new Item(
                key.Id, key.Name!, key.Prefix, key.IssuedAt, used.TryGetValue(key.Id, out var last) ? last : null, key.ExpiresAt, key.Permissions, key.Roles, key.Plan));
        return Reply.Ok(new Response([.. items]));
    }
}

/// <summary><c>DELETE /v1/auth/api-keys/{key_id}</c>: the key is refused from now on, on every silo.</summary>
internal static class RevokeApiKey
{
    public static async Task<IResult> Handle(HttpContext http, string keyId, Silo silo)
    {
        var principal = http.Principal();
        IssueApiKey.RequireMayChange(principal);
        var id = ResourceId.Canonical("key", keyId);
        var owner = principal.Has() ? null : principal.Owner ?? throw Problem.NotFound("key", id);
        await silo.Grain<ApiKeyGrain>(principal.Tenant, id).Call((grain, ct) => grain.Revoke(owner, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(new Confirmation("API key revoked successfully"));
    }
}
