using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>Random secrets that all silos of a database share, made at the first start.</summary>
/// <param name="ApiKeyPepper">Keys the hashes of API keys and of user names.</param>
/// <param name="KeyEncryption">Encrypts the keys that tokens are signed with; the operator's, where one is set.</param>
internal sealed record ServerSecrets(byte[] ApiKeyPepper, byte[] KeyEncryption)
{
    private const int Length = 32;

    /// <summary>Loads them, making those that are missing.</summary>
    /// <param name="database">Where they lie.</param>
    /// <param name="secret">The operator's secret, kept outside of the database; null for none.</param>
    /// <param name="ct">Stops the query.</param>
    public static async Task<ServerSecrets> Load(NpgsqlDataSource database, string? secret, CancellationToken ct) =>
        new(
            await LoadOrMake(database, "api_key_pepper", ct),
            secret is null
                ? await LoadOrMake(database, "key_encryption", ct)
                : HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), Length, info: "signing keys"u8.ToArray()));

    private static async Task<byte[]> LoadOrMake(NpgsqlDataSource database, string name, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            with made as (insert into server_secrets (name, value) values ($1, $2) on conflict do nothing returning value)
            select value from made union all select value from server_secrets where name = $1 limit 1
            """);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = RandomNumberGenerator.GetBytes(Length) });
        return (byte[])(await command.ExecuteScalarAsync(ct)
            ?? throw new InvalidOperationException($"The secret {name} is being made by another silo; start again."));
    }
}
