using System.Collections.Concurrent;
using System.Security.Cryptography;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>
/// The keys that access tokens are signed with. All silos share them through PostgreSQL, where they lie encrypted
/// (AES-256-GCM). A key signs for a day; it verifies for as long as a token of its last moment lives.
/// </summary>
internal sealed class SigningKeys(NpgsqlDataSource database, ServerSecrets secrets, TimeProvider time)
{
    private const int KeyLength = 32;
    private static readonly TimeSpan Signing = TimeSpan.FromDays(1);
    private static readonly TimeSpan Verifying = Signing + AccessTokens.Lifetime + TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, (DateTimeOffset Created, SymmetricSecurityKey Key)> _known = new(StringComparer.Ordinal);

    /// <summary>The key to sign with now.</summary>
    public async Task<SymmetricSecurityKey> Current(CancellationToken ct)
    {
        var since = time.GetUtcNow() - Signing;
        if (Newest(since) is { } known)
        {
            return known;
        }

        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Execute("select pg_advisory_xact_lock(hashtext('esa_signing_keys'))", ct);
        await Load(connection, "select id, sealed, created from signing_keys where created > $1", since, ct);
        if (Newest(since) is not { } current)
        {
            current = await Make(connection, ct);
        }

        await transaction.CommitAsync(ct);
        return current;
    }

    /// <summary>A key by its id, while it may verify; null otherwise.</summary>
    public async Task<SymmetricSecurityKey?> Find(string id, CancellationToken ct)
    {
        if (!_known.ContainsKey(id))
        {
            await using var connection = await database.OpenConnectionAsync(ct);
            await Load(connection, "select id, sealed, created from signing_keys where id = $1", id, ct);
        }

        return _known.TryGetValue(id, out var known) && time.GetUtcNow() - known.Created < Verifying ? known.Key : null;
    }

    private SymmetricSecurityKey? Newest(DateTimeOffset since) =>
        _known.Values.Where(known => known.Created > since).OrderByDescending(known => known.Created).Select(known => known.Key)
            .FirstOrDefault();

    private async Task<SymmetricSecurityKey> Make(NpgsqlConnection connection, CancellationToken ct)
    {
        var (id, key, created) = (Guid.CreateVersion7().ToString("N"), RandomNumberGenerator.GetBytes(KeyLength), time.GetUtcNow());
        await connection.Execute(
            "insert into signing_keys (id, sealed, created) values ($1, $2, $3)", ct, id,
            SecretBox.Seal(secrets.KeyEncryption, key, Convert.FromHexString(id)), created);
        await connection.Execute("delete from signing_keys where created < $1", ct, created - Verifying);
        return (_known[id] = (created, new SymmetricSecurityKey(key) { KeyId = id })).Key;
    }

    private async Task Load(NpgsqlConnection connection, string query, object parameter, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(query, connection) { Parameters = { new() { Value = parameter } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            // A key that another secret encrypted is of no use here: its tokens are refused, and a new one is made.
            var id = reader.GetString(0);
            if (SecretBox.Open(secrets.KeyEncryption, reader.GetFieldValue<byte[]>(1), Convert.FromHexString(id)) is { } key)
            {
                _known[id] = (reader.GetFieldValue<DateTimeOffset>(2), new SymmetricSecurityKey(key) { KeyId = id });
            }
        }
    }
}
