using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Marten;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>Finds the session that a token names.</summary>
internal sealed class LoginSessionQueries(AggregateStore aggregates)
{
    /// <summary>A session with the tenant it is bound to, or null.</summary>
    public async Task<(string Tenant, LoginSession LoginSession)?> Find(string id, CancellationToken ct)
    {
        await using var session = aggregates.Query(Principal.SystemTenant);
        return await session.Query<LoginSession>().Where(known => known.AnyTenant() && known.StreamId == id)
            .FirstOrDefaultAsync(ct) is { } found
            ? (found.TenantId, found)
            : null;
    }
}
