using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>Makes keys, finds the key that a caller presents, and lists those of a tenant.</summary>
internal sealed class ApiKeyQueries(EventStore store, TenantReads reads, ServerSecrets secrets)
{
    /// <summary>A fresh key: 160 random bits behind the prefix.</summary>
    public static string Generate() => $"pyn_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}";

    /// <summary>What may be shown of a key.</summary>
    public static string PrefixOf(string key) => key.StartsWith("pyn_", StringComparison.Ordinal) && key.Length > 12 ? $"{key[..8]}****" : "****";

    /// <summary>The id of the stream that a key opens.</summary>
    public string IdOf(string key) =>
        $"key_{Convert.ToHexStringLower(HMACSHA256.HashData(secrets.ApiKeyPepper, Encoding.UTF8.GetBytes(key)))[..32]}";

    /// <summary>The key that was presented with the tenant it is bound to, or null.</summary>
    public async Task<(string Tenant, ApiKey Key)?> Find(string key, CancellationToken ct)
    {
        var id = IdOf(key);
        await using var command = store.Database.CreateCommand("select tenant_id, snapshot from mt_streams where id = $1 and type = 'api_key'");
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? (reader.GetString(0), JsonSerializer.Deserialize<ApiKey>(reader.GetFieldValue<byte[]>(1), EventJson.Options)! with { Id = id })
            : null;
    }

    /// <summary>What the owner of a key calls it.</summary>
    public async Task<string?> NameOf(string tenant, string id, CancellationToken ct) => (await store.Snapshots.Load<ApiKey>(new StreamKey(tenant, id), ct)).State.Name;

    /// <summary>The keys of a tenant that are not revoked, newest first, with their ids.</summary>
    public async Task<IReadOnlyList<ApiKey>> List(string tenant, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(tenant, """
            select id, snapshot from mt_streams
             where tenant_id = $1 and type = 'api_key' and snapshot_version is not null and not snapshot ? 'revoked_at' order by created desc, id limit 1000
            """);
        command.Parameters.Add(new() { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var keys = new List<ApiKey>();
        while (await reader.ReadAsync(ct))
        {
            keys.Add(JsonSerializer.Deserialize<ApiKey>(reader.GetFieldValue<byte[]>(1), EventJson.Options)! with { Id = reader.GetString(0) });
        }

        return keys;
    }
}
