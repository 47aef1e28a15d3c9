using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Users.Endpoints;

/// <summary>Lists the users of the caller's tenant; of another for an administrator of the server.</summary>
internal sealed class ListUsers(UserQueries queries, TenantQueries tenants) : Endpoint<ListUsers.Request, ListUsers.Response>
{
    public sealed record Request
    {
        [QueryParam]
        public string? TenantId { get; init; }

        [Paged]
        public Paging Page { get; init; }
    }

    public new sealed record Response(IReadOnlyList<UserBody> Users, Pagination Pagination);

    public override void Configure()
    {
        Get("/api/v1/users");
        this.Needs(Access.Inspect);
        Summary(s =>
        {
            s.Summary = "List the users, newest first";
            s.Params["tenant_id"] = "Those of another tenant; for administrators of the server.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var principal = HttpContext.Principal();
        var tenant = await tenants.OwnOrOther(principal, request.TenantId, ct);
        var (users, total) = await queries.List(tenant, request.Page.Limit, request.Page.Offset, ct);
        return new Response(users, request.Page.Describe(total));
    }
}
