using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>The tenants of the server. Their streams belong to the server's own tenant.</summary>
internal sealed class TenantQueries(AggregateStore aggregates)
{
    /// <summary>The stream of a tenant.</summary>
    public static string StreamOf(string id) => $"tenant_{id}";

    public async Task<IReadOnlyList<Tenant>> List(CancellationToken ct)
    {
        await using var session = aggregates.Query(Principal.SystemTenant);
        return await session.Query<Tenant>().Where(tenant => tenant.DeletedAt == null)
            .OrderByDescending(tenant => tenant.CreatedAt).Take(1000).ToListAsync(ct);
    }

    /// <summary>Whether a tenant exists and is not closed.</summary>
    public async Task<bool> IsOpen(string id, CancellationToken ct) =>
        id == Principal.SystemTenant || (await aggregates.Load<Tenant>(Principal.SystemTenant, StreamOf(id), ct)).IsOpen;

    /// <summary>The tenant that a request is about: the caller's own, or another that an administrator of the server names.</summary>
    public async Task<string> OwnOrOther(Principal principal, string? named, CancellationToken ct)
    {
        if (named is null || named == principal.Tenant)
        {
            return principal.Tenant;
        }

        principal.RequireSystemAdministrator();
        await RequireExisting(named, ct);
        return named;
    }

    public async Task RequireExisting(string id, CancellationToken ct)
    {
        if (!await IsOpen(id, ct))
        {
            throw Problem.NotFound("tenant", id);
        }
    }
}
