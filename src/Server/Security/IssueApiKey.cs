using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Surfaces;
using EventSourcedAnomaly.Server.Tenants;

namespace EventSourcedAnomaly.Server.Security;

/// <summary><c>POST /v1/auth/api-keys</c>: a new key, shown this once.</summary>
internal static class IssueApiKey
{
    public sealed record Request(
        string Name, IReadOnlyList<string>? Permissions = null, DateTimeOffset? ExpiresAt = null, string? TenantId = null,
        IReadOnlyList<string>? Roles = null, string? Plan = null);

    public sealed record Response(
        string Id, string Name, string ApiKey, IReadOnlyList<string> Permissions, IReadOnlyList<string> Roles, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt, string TenantId);

    public static async Task<IResult> Handle(HttpContext http, Silo silo, ApiKeyViews keys, TenantViews tenants, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var principal = http.Principal();
        principal.Require();
        var tenant = request.TenantId ?? principal.Tenant;
        if (tenant != principal.Tenant)
        {
            principal.RequireSystemAdministrator();
            await tenants.RequireExisting(tenant, http.RequestAborted);
        }

        var now = time.GetUtcNow();
        var wanted = Validate(request, now);
        var key = ApiKeyViews.Generate();
        var id = keys.IdOf(key);
        await silo.Grain<ApiKeyGrain>(tenant, id).Call(
            (grain, ct) => grain.Issue(wanted with { Prefix = ApiKeyViews.PrefixOf(key) }, http.Origin(), ct), http.RequestAborted);
        return Reply.Created(
            $"/v1/auth/api-keys/{id}", new Response(id, wanted.Name, key, wanted.Permissions, wanted.Roles, wanted.ExpiresAt, now, tenant), "API key created; it is shown only now");
    }

    private static ApiKeyIssued Validate(Request request, DateTimeOffset now)
    {
        var permissions = request.Permissions ?? ApiKey.AllPermissions;
        var roles = request.Roles ?? [Role.Analyst];
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > 200)
        {
            throw Problem.Invalid("name", "1 to 200 characters");
        }

        RequireAll("permissions", permissions, ApiKey.AllPermissions);
        RequireAll("roles", roles, Role.All);
        if (request.ExpiresAt <= now)
        {
            throw Problem.Invalid("expires_at", "a time in the future", request.ExpiresAt);
        }

        return new ApiKeyIssued(request.Name, string.Empty, permissions, roles, request.Plan ?? "platform", now, request.ExpiresAt);
    }

    private static void RequireAll(string field, IReadOnlyList<string> given, IReadOnlyList<string> known)
    {
        if (given.Count == 0 || given.Any(value => !known.Contains(value)))
        {
            throw Problem.Invalid(field, $"some of: {string.Join(", ", known)}", string.Join(", ", given));
        }
    }
}

/// <summary><c>GET /v1/auth/api-keys</c>: the tenant's keys, without the keys.</summary>
internal static class ListApiKeys
{
    public sealed record Item(
        string Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsed, DateTimeOffset? ExpiresAt, IReadOnlyList<string> Permissions, IReadOnlyList<string> Roles);

    public sealed record Response(IReadOnlyList<Item> ApiKeys);

    public static async Task<IResult> Handle(HttpContext http, ApiKeyViews keys)
    {
        http.Principal().Require();
        var items = (await keys.List(http.Tenant(), http.RequestAborted))
            .Select(key => new Item(key.Id, key.Name!, key.Prefix, key.IssuedAt, null, key.ExpiresAt, key.Permissions, key.Roles));
        return Reply.Ok(new Response([.. items]));
    }
}

/// <summary><c>DELETE /v1/auth/api-keys/{key_id}</c>: the key is refused from now on.</summary>
internal static class RevokeApiKey
{
    public static async Task<IResult> Handle(HttpContext http, string keyId, Silo silo)
    {
        http.Principal().Require();
        await silo.Grain<ApiKeyGrain>(http.Tenant(), ResourceId.Canonical("key", keyId)).Call((grain, ct) => grain.Revoke(http.Origin(), ct), http.RequestAborted);
        return Reply.Ok(new Confirmation("API key revoked successfully"));
    }
}
