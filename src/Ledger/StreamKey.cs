namespace EventSourcedAnomaly.Ledger;

/// <summary>The identity of a stream.</summary>
/// <param name="Tenant">The tenant that owns it.</param>
/// <param name="Id">Its id within the tenant.</param>
public readonly record struct StreamKey(string Tenant, string Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Tenant}/{Id}";
}
