using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ApiKeys.Endpoints;

/// <summary>
/// Lists a user's keys, an administrator's the tenant's; without the keys themselves. An administrator of the server sees those of any.
/// </summary>
internal sealed class ListApiKeys(ApiKeyQueries keys, ApiKeyUse uses, TenantQueries tenants)
    : Endpoint<ListApiKeys.Request, ListApiKeys.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public string? TenantId { get; init; }

        [Paged(100)]
        public Paging Page { get; init; }
    }

    public sealed record Item(
        string Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsed, DateTimeOffset? ExpiresAt,
        IReadOnlyList<string> Permissions,
        IReadOnlyList<string> Roles, string Plan);

    public new sealed record Response(IReadOnlyList<Item> ApiKeys, Pagination Pagination);

    public override void Configure()
    {
        Get("/v1/auth/api-keys", "/api/v1/auth/api-keys");
        this.Needs(Access.Self);
        Summary(s =>
        {
            s.Summary = "List the API keys";
            s.Params["tenant_id"] = "Those of another tenant; for administrators of the server.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var principal = HttpContext.Principal();
        var tenant = await tenants.OwnOrOther(principal, request.TenantId, ct);
        if (!principal.Has() && principal.Owner is null)
        {
            return new Response([], request.Page.Describe(0));
        }

        var used = await uses.Of(tenant, ct);
        var (page, total) = await keys.List(tenant, principal.Has() ? null : principal.Owner, request.Page.Limit, request.Page.Offset, ct);
        var items = page.Select(key => new Item(
            key.Id, key.Name!, key.Prefix, key.IssuedAt, used.TryGetValue(key.Id, out var last) ? last : null, key.ExpiresAt,
            key.Permissions, key.Roles, key.Plan));
        return new Response([.. items], request.Page.Describe(total));
    }
}
