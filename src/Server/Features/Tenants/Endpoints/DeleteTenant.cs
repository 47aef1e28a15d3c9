using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Tenants.Endpoints;

/// <summary>Closes a tenant.</summary>
internal sealed class DeleteTenant(IGrainFactory grains) : Endpoint<DeleteTenant.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string Id { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/tenants/{id}");
        this.Needs(Access.AdministerServer);
        Summary(s => s.Summary = "Close a tenant");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, request.Id);
        await grains.Of<ITenantGrain>(Principal.SystemTenant, TenantQueries.StreamOf(id)).Delete(id, http.RequestAborted);
        return new Confirmation("Tenant deleted successfully");
    }
}
