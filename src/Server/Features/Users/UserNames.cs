using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>
/// Which user a name stands for. Whoever signs in tells no tenant, so a name is taken once among all of them. Only keyed
/// hashes are kept, and case does not tell names apart.
/// </summary>
internal sealed class UserNames(NpgsqlDataSource database, ServerSecrets secrets)
{
    /// <summary>What stands for a name.</summary>
    public string HashOf(string name) => Convert.ToHexStringLower(
        HMACSHA256.HashData(secrets.ApiKeyPepper,
            Encoding.UTF8.GetBytes($"user name\n{name.Normalize(NormalizationForm.FormKC).ToUpperInvariant()}")))[..32];

    /// <summary>Takes a name for a user; false when somebody has it. A claim whose user never came to be lapses.</summary>
    public async Task<bool> Claim(string hash, string tenant, string userId, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            insert into user_names as n (hash, tenant_id, user_id) values ($1, $2, $3)
            on conflict (hash) do update set tenant_id = excluded.tenant_id, user_id = excluded.user_id, claimed = now()
             where n.claimed < now() - interval '1 minute'
               and not exists (select 1 from mt_doc_user u where u.tenant_id = n.tenant_id and u.id = n.user_id
                   and not u.data ? 'deleted_at')
            """);
        foreach (var value in new[] { hash, tenant, userId })
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    /// <summary>Gives a user's name back.</summary>
    public async Task Release(string userId, CancellationToken ct)
    {
        await using var command = database.CreateCommand("delete from user_names where user_id = $1");
        command.Parameters.Add(new() { Value = userId });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The tenant and id of the user of a name, or null.</summary>
    public Task<(string Tenant, string UserId)?> Find(string hash, CancellationToken ct) => Find("hash", hash, ct);

    /// <summary>The tenant and id of a user, or null.</summary>
    public Task<(string Tenant, string UserId)?> Locate(string userId, CancellationToken ct) => Find("user_id", userId, ct);

    private async Task<(string Tenant, string UserId)?> Find(string column, string value, CancellationToken ct)
    {
        await using var command = database.CreateCommand($"select tenant_id, user_id from user_names where {column} = $1");
        command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetString(0), reader.GetString(1)) : null;
    }
}
