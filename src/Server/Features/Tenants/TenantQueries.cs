using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>The tenants of the server. Their streams belong to the server's own tenant.</summary>
internal sealed class TenantQueries(EventStore store)
{
    /// <summary>The stream of a tenant.</summary>
    public static string StreamOf(string id) => $"tenant_{id}";

    public async Task<IReadOnlyList<Tenant>> List(CancellationToken ct) =>
        [.. (await store.Snapshots.List<Tenant>(Principal.SystemTenant, string.Empty, [], 1000, 0, ct)).States.Where(tenant => tenant.IsOpen)];

    /// <summary>Whether a tenant exists and is not closed.</summary>
    public async Task<bool> IsOpen(string id, CancellationToken ct) =>
        id == Principal.SystemTenant || (await store.Snapshots.Load<Tenant>(new StreamKey(Principal.SystemTenant, StreamOf(id)), ct)).State.IsOpen;

    public async Task RequireExisting(string id, CancellationToken ct)
    {
        if (!await IsOpen(id, ct))
        {
            throw Problem.NotFound("tenant", id);
        }
    }
}

/// <summary>A tenant as the API shows it.</summary>
internal sealed record TenantBody(string? Id, string Name, DateTimeOffset CreatedAt);

/// <summary>All tenants.</summary>
internal sealed record TenantList(IReadOnlyList<TenantBody> Tenants);

/// <summary><c>POST /api/v1/tenants</c>.</summary>
internal static class CreateTenant
{
    public sealed record Request(string Id, string Name);

    public static async Task<IResult> Handle(HttpContext http, Silo silo)
    {
        http.Principal().RequireSystemAdministrator();
        var request = await Body.Read<Request>(http);
        var tenant = await silo.Grain<TenantGrain>(Principal.SystemTenant, TenantQueries.StreamOf(request.Id))
            .Call((grain, ct) => grain.Create(request.Id, request.Name, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Created($"/api/v1/tenants/{request.Id}", new TenantBody(tenant.Id, tenant.Name, tenant.CreatedAt), "Tenant created successfully");
    }
}

/// <summary><c>GET /api/v1/tenants</c>.</summary>
internal static class ListTenants
{
    public static async Task<IResult> Handle(HttpContext http, TenantQueries tenants)
    {
        http.Principal().RequireSystemAdministrator();
        var list = await tenants.List(http.RequestAborted);
        return Reply.Ok(new TenantList([.. list.Select(tenant => new TenantBody(tenant.Id, tenant.Name, tenant.CreatedAt))]));
    }
}

/// <summary><c>DELETE /api/v1/tenants/{id}</c>.</summary>
internal static class DeleteTenant
{
    public static async Task<IResult> Handle(HttpContext http, string id, Silo silo)
    {
        http.Principal().RequireSystemAdministrator();
        await silo.Grain<TenantGrain>(Principal.SystemTenant, TenantQueries.StreamOf(id))
            .Call((grain, ct) => grain.Delete(id, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(new Confirmation("Tenant deleted successfully"));
    }
}

/// <summary>The capability's paths.</summary>
internal static class TenantRoutes
{
    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/tenants", CreateTenant.Handle)
            .Describes<CreateTenant.Request, TenantBody>("Create a tenant", StatusCodes.Status201Created).Needs(Access.Administer);
        routes.MapGet("/api/v1/tenants", ListTenants.Handle).Describes<TenantList>("List the tenants").Needs(Access.Inspect);
        routes.MapDelete("/api/v1/tenants/{id}", DeleteTenant.Handle).Describes<Confirmation>("Close a tenant").Needs(Access.Administer);
    }
}
