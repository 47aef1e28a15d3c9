using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Tenants.Endpoints;

/// <summary>Lists the tenants of the server.</summary>
internal sealed class ListTenants(TenantQueries tenants) : EndpointWithoutRequest<TenantList>
{
    public override void Configure()
    {
        Get("/api/v1/tenants");
        this.Needs(Access.InspectServer);
        Summary(s => s.Summary = "List the tenants");
    }

    public override async Task<TenantList> ExecuteAsync(CancellationToken ct) =>
        new([.. (await tenants.List(ct)).Select(tenant => new TenantBody(tenant.Id, tenant.Name, tenant.CreatedAt))]);
}

/// <summary>All tenants.</summary>
internal sealed record TenantList(IReadOnlyList<TenantBody> Tenants);
