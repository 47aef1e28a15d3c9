namespace EventSourcedAnomaly.Actors;

/// <summary>The identity of a grain: no two tenants share one, whatever keys they choose.</summary>
/// <param name="Tenant">The tenant it belongs to.</param>
/// <param name="Type">The class of the grain.</param>
/// <param name="Key">Its key within the tenant and the class; a journaled grain's key is the id of its stream.</param>
public readonly record struct GrainId(string Tenant, Type Type, string Key)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Tenant}/{Type.Name}/{Key}";
}
