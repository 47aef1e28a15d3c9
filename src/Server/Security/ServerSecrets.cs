using System.Security.Cryptography;
using Npgsql;

namespace EventSourcedAnomaly.Server.Security;

/// <summary>Random secrets that all silos of a database share, made at the first start.</summary>
/// <param name="ApiKeyPepper">Keys the hashes of API keys.</param>
internal sealed record ServerSecrets(byte[] ApiKeyPepper)
{
    /// <summary>Loads them, making those that are missing.</summary>
    public static async Task<ServerSecrets> Load(NpgsqlDataSource database, CancellationToken ct) =>
        new(await Load(database, "api_key_pepper", ct));

    private static async Task<byte[]> Load(NpgsqlDataSource database, string name, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            with made as (insert into server_secrets (name, value) values ($1, $2) on conflict do nothing returning value)
            select value from made union all select value from server_secrets where name = $1 limit 1
            """);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = RandomNumberGenerator.GetBytes(32) });
        return (byte[])(await command.ExecuteScalarAsync(ct) ?? throw new InvalidOperationException($"The secret {name} is being made by another silo; start again."));
    }
}
