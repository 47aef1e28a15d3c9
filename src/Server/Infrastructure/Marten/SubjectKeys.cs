using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// A personal text as it stands in events, snapshots, projections and exports: encrypted with the key of the person it is about.
/// Only these bytes are ever hashed, so a text that can no longer be read breaks no proof.
/// </summary>
/// <param name="Subject">The person.</param>
/// <param name="Ciphertext">Nonce, tag and ciphertext of AES-256-GCM, in base64.</param>
public sealed record PersonalText(string Subject, string Ciphertext);

/// <summary>
/// Keeps one key for each person. Without the key nothing of the person's fields can be read anywhere, in any copy of the log.
/// </summary>
public sealed class SubjectKeys(NpgsqlDataSource database)
{
    private const int KeyLength = 32, NonceLength = 12, TagLength = 16;

    /// <summary>Encrypts a text about a person, making the key if there is none.</summary>
    /// <param name="tenant">Whose the data is.</param>
    /// <param name="subject">The person it is about.</param>
    /// <param name="text">The personal text.</param>
    /// <param name="ct">Stops the query.</param>
    public async Task<PersonalText> Seal(string tenant, string subject, string text, CancellationToken ct)
    {
        var key = await FindOrMake(tenant, subject, ct);
        var plain = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[NonceLength + TagLength + plain.Length];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            bytes.AsSpan(0, NonceLength), plain, bytes.AsSpan(NonceLength + TagLength), bytes.AsSpan(NonceLength, TagLength),
            Context(tenant, subject));
        return new PersonalText(subject, Convert.ToBase64String(bytes));
    }

    /// <summary>Decrypts a text; null when the person was erased.</summary>
    /// <exception cref="CryptographicException">The text was altered, or is another tenant's or person's.</exception>
    public async Task<string?> Open(string tenant, PersonalText text, CancellationToken ct)
    {
        if (await Find(tenant, text.Subject, ct) is not { } key)
        {
            return null;
        }

        var bytes = Convert.FromBase64String(text.Ciphertext);
        var plain = new byte[bytes.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(
            bytes.AsSpan(0, NonceLength), bytes.AsSpan(NonceLength + TagLength), bytes.AsSpan(NonceLength, TagLength), plain,
            Context(tenant, text.Subject));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>Destroys the key of a person.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> Erase(string tenant, string subject, CancellationToken ct)
    {
        await using var command = database.CreateCommand("delete from subject_keys where tenant_id = $1 and subject = $2");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = subject });
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    private async Task<byte[]?> Find(string tenant, string subject, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select key from subject_keys where tenant_id = $1 and subject = $2");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = subject });
        return (byte[]?)await command.ExecuteScalarAsync(ct);
    }

    private async Task<byte[]> FindOrMake(string tenant, string subject, CancellationToken ct)
    {
        await using var command =
            database.CreateCommand("insert into subject_keys (tenant_id, subject, key) values ($1, $2, $3) on conflict do nothing");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = subject });
        command.Parameters.Add(new() { Value = RandomNumberGenerator.GetBytes(KeyLength) });
        await command.ExecuteNonQueryAsync(ct);
        return await Find(tenant, subject, ct) ?? throw new InvalidOperationException($"The subject {subject} was erased meanwhile.");
    }

    // Binds a ciphertext to its place, so that it cannot be passed off as another person's.
    private static byte[] Context(string tenant, string subject) => Encoding.UTF8.GetBytes($"{tenant}\n{subject}");
}
