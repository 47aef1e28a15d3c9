using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Tenants.Endpoints;

/// <summary>Creates a tenant.</summary>
internal sealed class CreateTenant(IGrainFactory grains, AggregateStore aggregates) : Endpoint<CreateTenant.Request, TenantBody>
{
    public sealed record Request(string Id, string Name);

    public override void Configure()
    {
        Post("/api/v1/tenants");
        this.Needs(Access.AdministerServer);
        this.Answers(StatusCodes.Status201Created, "Tenant created successfully");
        Summary(s => s.Summary = "Create a tenant");
    }

    public override async Task<TenantBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var stream = TenantQueries.StreamOf(request.Id);
        await grains.Of<ITenantGrain>(Principal.SystemTenant, stream).Create(request.Id, request.Name, ct);
        var tenant = await aggregates.Load<Tenant>(Principal.SystemTenant, stream, ct);
        http.Locate($"/api/v1/tenants/{request.Id}");
        return new TenantBody(tenant.Id, tenant.Name, tenant.CreatedAt);
    }
}
