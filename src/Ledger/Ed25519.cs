using NSec.Cryptography;

namespace EventSourcedAnomaly.Ledger;

/// <summary>Signatures of RFC 8032, Ed25519, over raw keys as the ledger's formats write them.</summary>
public static class Ed25519
{
    /// <summary>The length of a private key (its seed) and of a public key in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>The length of a signature in bytes.</summary>
    public const int SignatureLength = 64;

    /// <summary>The public key of a private one.</summary>
    /// <exception cref="FormatException">The key is not of <see cref="KeyLength"/> bytes.</exception>
    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey)
    {
        using var key = Import(privateKey);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>Signs a message.</summary>
    /// <exception cref="FormatException">The key is not of <see cref="KeyLength"/> bytes.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message)
    {
        using var key = Import(privateKey);
        return SignatureAlgorithm.Ed25519.Sign(key, message);
    }

    /// <summary>Whether a signature is the key's, of this message; false as well for what is no key or no signature.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureLength
        && NSec.Cryptography.PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, message, signature);

    private static Key Import(ReadOnlySpan<byte> privateKey) =>
        Key.Import(SignatureAlgorithm.Ed25519, privateKey, KeyBlobFormat.RawPrivateKey);
}
