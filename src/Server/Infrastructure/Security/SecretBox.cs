using System.Security.Cryptography;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>
/// Encrypts small secrets that lie in the database (AES-256-GCM): a nonce of 12 bytes, a tag of 16, the ciphertext. Each is bound to the
/// place where it lies, so that it cannot be passed off as another.
/// </summary>
internal static class SecretBox
{
    private const int NonceLength = 12, TagLength = 16;

    /// <summary>Encrypts a secret.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="secret">What is to be kept.</param>
    /// <param name="place">What tells its place from any other.</param>
    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> secret, byte[] place)
    {
        var bytes = new byte[NonceLength + TagLength + secret.Length];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(bytes.AsSpan(0, NonceLength), secret, bytes.AsSpan(NonceLength + TagLength), bytes.AsSpan(NonceLength, TagLength),
            place);
        return bytes;
    }

    /// <summary>Decrypts a secret; null when it was altered, or sealed with another key or for another place.</summary>
    public static byte[]? Open(byte[] key, byte[] bytes, byte[] place)
    {
        if (bytes.Length < NonceLength + TagLength)
        {
            return null;
        }

        var secret = new byte[bytes.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(bytes.AsSpan(0, NonceLength), bytes.AsSpan(NonceLength + TagLength), bytes.AsSpan(NonceLength, TagLength), secret,
                place);
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
