namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>One tenant.</summary>
[Alias("esa.Tenant")]
public interface ITenantGrain : IGrainWithStringKey
{
    [Alias("Create")]
    Task<long> Create(string id, string name, CancellationToken ct);

    [Alias("Delete")]
    Task<long> Delete(string id, CancellationToken ct);
}
