using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>One tenant.</summary>
internal sealed class TenantGrain(AggregateStore aggregates, TimeProvider time) : EventSourcedGrain<Tenant>(aggregates), ITenantGrain
{
    public Task<long> Create(string id, string name, CancellationToken ct) =>
        Raise(state => Tenants.Tenant.Create(state, id, name, time.GetUtcNow()), ct);

    public Task<long> Delete(string id, CancellationToken ct) =>
        Raise(state => Tenants.Tenant.Delete(state, id, time.GetUtcNow()), ct);
}
