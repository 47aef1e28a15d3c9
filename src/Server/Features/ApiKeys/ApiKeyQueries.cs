using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Marten;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>Makes keys, finds the key that a caller presents, and lists those of a tenant.</summary>
internal sealed class ApiKeyQueries(AggregateStore aggregates, ServerSecrets secrets)
{
    /// <summary>A fresh key: 160 random bits behind the prefix.</summary>
    public static string Generate() => $"pyn_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}";

    /// <summary>What may be shown of a key.</summary>
    public static string PrefixOf(string key) => key.StartsWith("pyn_", StringComparison.Ordinal) && key.Length > 12
        ? $"{key[..8]}****" : "****";

    /// <summary>The id of the stream that a key opens.</summary>
    public string IdOf(string key) =>
        $"key_{Convert.ToHexStringLower(HMACSHA256.HashData(secrets.ApiKeyPepper, Encoding.UTF8.GetBytes(key)))[..32]}";

    /// <summary>The key that was presented with the tenant it is bound to, or null.</summary>
    public async Task<(string Tenant, ApiKey Key)?> Find(string key, CancellationToken ct)
    {
        await using var session = aggregates.Query(Principal.SystemTenant);
        var id = IdOf(key);
        return await session.Query<ApiKey>().Where(known => known.AnyTenant() && known.StreamId == id).FirstOrDefaultAsync(ct) is { } found
            ? (found.TenantId, found with { Id = id })
            : null;
    }

    /// <summary>What the owner of a key calls it.</summary>
    public async Task<string?> NameOf(string tenant, string id, CancellationToken ct) =>
        (await aggregates.Load<ApiKey>(tenant, id, ct)).Name;

    /// <summary>The keys of a tenant that are not revoked, newest first, with their ids.</summary>
    public async Task<IReadOnlyList<ApiKey>> List(string tenant, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var keys = await session.Query<ApiKey>().Where(key => key.RevokedAt == null)
            .OrderByDescending(key => key.IssuedAt).Take(1000).ToListAsync(ct);
        return [.. keys.Select(key => key with { Id = key.StreamId })];
    }
}
