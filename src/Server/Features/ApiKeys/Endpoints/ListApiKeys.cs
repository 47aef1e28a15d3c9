using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ApiKeys.Endpoints;

/// <summary>Lists a user's keys, an administrator's the tenant's; without the keys themselves.</summary>
internal sealed class ListApiKeys(ApiKeyQueries keys, ApiKeyUse uses) : EndpointWithoutRequest<ListApiKeys.Response>
{
    public sealed record Item(
        string Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsed, DateTimeOffset? ExpiresAt,
        IReadOnlyList<string> Permissions,
        IReadOnlyList<string> Roles, string Plan);

    public new sealed record Response(IReadOnlyList<Item> ApiKeys);

    public override void Configure()
    {
        Get("/v1/auth/api-keys", "/api/v1/auth/api-keys");
        this.Needs(Access.Self);
        Summary(s => s.Summary = "List the API keys");
    }

    public override async Task<Response> ExecuteAsync(CancellationToken ct)
    {
        var principal = HttpContext.Principal();
        var used = await uses.Of(principal.Tenant, ct);
        var items = (await keys.List(principal.Tenant, ct))
            .Where(key => principal.Has() || (key.Owner is { } owner && owner == principal.Owner))
            .Select(key => new Item(
                key.Id, key.Name!, key.Prefix, key.IssuedAt, used.TryGetValue(key.Id, out var last) ? last : null, key.ExpiresAt,
                key.Permissions, key.Roles, key.Plan));
        return new Response([.. items]);
    }
}
