namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>The key of a grain, <c>tenant/stream</c>: no two tenants share one, whatever ids they choose.</summary>
internal static class GrainKey
{
    /// <summary>The key of a tenant's stream.</summary>
    public static string Of(string tenant, string streamId) => $"{tenant}/{streamId}";

    /// <summary>The tenant and the stream of a key.</summary>
    public static (string Tenant, string StreamId) Parse(string key) =>
        key.IndexOf('/') is > 0 and var slash
            ? (key[..slash], key[(slash + 1)..]) : throw new ArgumentException($"'{key}' names no tenant.", nameof(key));

    /// <summary>The grain of a tenant's stream.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="streamId">The stream.</param>
    public static TGrain Of<TGrain>(this IGrainFactory grains, string tenant, string streamId)
        where TGrain : IGrainWithStringKey => grains.GetGrain<TGrain>(Of(tenant, streamId));
}
