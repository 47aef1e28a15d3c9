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

    /// <summary>A page of the keys of a tenant that are not revoked, newest first, with their ids; of one owner or of all.</summary>
    public async Task<(IReadOnlyList<ApiKey> Page, long Total)> List(string tenant, string? owner, int limit, int offset,
        CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var keys = await session.Query<ApiKey>().Stats(out var statistics)
            .Where(key => key.RevokedAt == null && (owner == null || key.Owner == owner))
            .OrderByDescending(key => key.IssuedAt).Skip(offset).Take(limit).ToListAsync(ct);
        return ([.. keys.Select(key => key with { Id = key.StreamId })], statistics.TotalResults);
    }

    /// <summary>How many keys of an owner are neither revoked nor over; of a null owner those that belong to the tenant.</summary>
    public async Task<int> Count(string tenant, string? owner, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        return await session.Query<ApiKey>().CountAsync(key => key.RevokedAt == null && !key.Expired && key.Owner == owner, ct);
    }

    /// <summary>Whether a tenant ever had a key.</summary>
    public async Task<bool> Any(string tenant, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        return await session.Query<ApiKey>().AnyAsync(ct);
    }
}
