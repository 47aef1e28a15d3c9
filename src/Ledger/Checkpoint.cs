using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.EmbeddedPostgres;

namespace EventSourcedAnomaly.Ledger;

/// <summary>The key that signs checkpoints, with the name it signs under.</summary>
/// <param name="Name">The origin of the log; no spaces, no plus sign.</param>
/// <param name="PrivateKey">The 32 bytes of an Ed25519 seed.</param>
public sealed record LedgerKey(string Name, byte[] PrivateKey)
{
    /// <summary>What a verifier needs: the name and the public key.</summary>
    public VerifierKey Verifier { get; } = new(Name, Ed25519.PublicKey(PrivateKey));

    /// <summary>Reads a key from a file of 64 hex digits, making it (mode 0600) when there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The origin; null for one made from the public key.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <param name="privateKey">What a file that is made shall hold; null for a fresh key.</param>
    /// <exception cref="InvalidDataException">The file holds something else.</exception>
    public static async Task<LedgerKey> LoadOrCreate(string path, string? name, CancellationToken ct, byte[]? privateKey = null)
    {
        if (!File.Exists(path))
        {
            var key = privateKey ?? RandomNumberGenerator.GetBytes(Ed25519.KeyLength);
            await PrivateFile.ReplaceAsync(path, $"{Convert.ToHexStringLower(key)}\n", ct);
        }

        var hex = (await File.ReadAllTextAsync(path, ct)).Trim();
        return hex.Length == 2 * Ed25519.KeyLength && hex.All(char.IsAsciiHexDigit)
            ? Of(Convert.FromHexString(hex), name)
            : throw new InvalidDataException($"'{path}' is not a ledger key: 64 hex digits were expected.");
    }

    /// <summary>A key with its name.</summary>
    /// <param name="privateKey">The 32 bytes of an Ed25519 seed.</param>
    /// <param name="name">The origin; null for one made from the public key.</param>
    public static LedgerKey Of(byte[] privateKey, string? name) =>
        new(name ?? $"event-sourced-anomaly/{Convert.ToHexStringLower(SHA256.HashData(Ed25519.PublicKey(privateKey)))[..16]}", privateKey);
}

/// <summary>A public key in the form of C2SP signed-note: <c>name+hash+base64(algorithm ‖ key)</c>.</summary>
/// <param name="Name">Under which it signs.</param>
/// <param name="PublicKey">32 bytes.</param>
public sealed record VerifierKey(string Name, byte[] PublicKey)
{
    private const byte Algorithm = 1;

    internal byte[] KeyId => SHA256.HashData([.. Encoding.UTF8.GetBytes(Name), (byte)'\n', Algorithm, .. PublicKey])[..4];

    /// <inheritdoc/>
    public override string ToString() => $"{Name}+{Convert.ToHexStringLower(KeyId)}+{Convert.ToBase64String([Algorithm, .. PublicKey])}";

    /// <summary>Reads that form.</summary>
    /// <exception cref="FormatException">It is not that form.</exception>
    public static VerifierKey Parse(string text)
    {
        var parts = text.Trim().Split('+', 3);
        if (parts.Length == 3 && Convert.FromBase64String(parts[2]) is [Algorithm, .. var key] && key.Length == Ed25519.KeyLength)
        {
            var parsed = new VerifierKey(parts[0], key);
            if (Convert.ToHexStringLower(parsed.KeyId) == parts[1])
            {
                return parsed;
            }
        }

        throw new FormatException("Not a verifier key: expected name+hash+base64 of an Ed25519 key.");
    }
}

/// <summary>A tree head in the form of C2SP tlog-checkpoint: origin, size and root, signed as a note.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">How many leaves the tree has.</param>
/// <param name="Root">The root hash.</param>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    private const string SignaturePrefix = "\u2014 ";

    private string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n");

    /// <summary>The signed note.</summary>
    public string Sign(LedgerKey key)
    {
        var signature = Convert.ToBase64String([.. key.Verifier.KeyId, .. Ed25519.Sign(key.PrivateKey, Encoding.UTF8.GetBytes(Text))]);
        return $"{Text}\n{SignaturePrefix}{key.Name} {signature}\n";
    }

    /// <summary>Reads a note, and checks the signature when a key is given.</summary>
    /// <param name="note">The signed note.</param>
    /// <param name="key">Whose signature it has to bear; null to take it as it is.</param>
    /// <exception cref="FormatException">It is no checkpoint, or the signature is missing or wrong.</exception>
    public static Checkpoint Parse(string note, VerifierKey? key)
    {
        var end = note.IndexOf("\n\n", StringComparison.Ordinal);
        var lines = (end < 0 ? note : note[..end]).Split('\n');
        if (end < 0 || lines.Length < 3 || lines[0].Length == 0
            || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            throw new FormatException(
                "Not a checkpoint: expected origin, size and root on lines of their own, and signatures behind an empty line.");
        }

        if (key is not null && !IsSigned(note[..(end + 1)], note[(end + 2)..], key))
        {
            throw new FormatException($"The checkpoint does not bear a valid signature of {key.Name}.");
        }

        return new Checkpoint(lines[0], size, Convert.FromBase64String(lines[2]));
    }

    private static bool IsSigned(string text, string signatures, VerifierKey key) => signatures
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line.StartsWith($"{SignaturePrefix}{key.Name} ", StringComparison.Ordinal))
        .Select(line => Convert.FromBase64String(line[(line.LastIndexOf(' ') + 1)..]))
        .Any(signature => signature.Length == 4 + Ed25519.SignatureLength && signature.AsSpan(0, 4).SequenceEqual(key.KeyId)
            && Ed25519.Verify(key.PublicKey, Encoding.UTF8.GetBytes(text), signature.AsSpan(4)));
}
