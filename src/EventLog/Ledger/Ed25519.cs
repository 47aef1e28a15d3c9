using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EventSourcedAnomaly.EventLog.Ledger;

/// <summary>Signatures of RFC 8032, Ed25519, by OpenSSL's libcrypto, which the .NET class library does not expose.</summary>
public static partial class Ed25519
{
    /// <summary>The length of a private key (its seed) and of a public key in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>The length of a signature in bytes.</summary>
    public const int SignatureLength = 64;

    private const string Library = "libcrypto.so.3";
    private const int KeyType = 1087;

    /// <summary>The public key of a private one.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey)
    {
        var key = EVP_PKEY_new_raw_private_key(KeyType, 0, privateKey, KeyLength);
        Require(key != 0);
        try
        {
            var publicKey = new byte[KeyLength];
            nuint length = KeyLength;
            Require(EVP_PKEY_get_raw_public_key(key, publicKey, ref length) == 1);
            return publicKey;
        }
        finally
        {
            EVP_PKEY_free(key);
        }
    }

    /// <summary>Signs a message.</summary>
    public static byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message)
    {
        var (key, context) = (EVP_PKEY_new_raw_private_key(KeyType, 0, privateKey, KeyLength), EVP_MD_CTX_new());
        try
        {
            var signature = new byte[SignatureLength];
            nuint length = SignatureLength;
            Require(key != 0 && context != 0 && EVP_DigestSignInit(context, 0, 0, 0, key) == 1);
            Require(EVP_DigestSign(context, signature, ref length, message, (nuint)message.Length) == 1);
            return signature;
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
        }
    }

    /// <summary>Whether a signature is the key's, of this message.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyLength || signature.Length != SignatureLength)
        {
            return false;
        }

        var (key, context) = (EVP_PKEY_new_raw_public_key(KeyType, 0, publicKey, KeyLength), EVP_MD_CTX_new());
        try
        {
            return key != 0 && context != 0 && EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
                && EVP_DigestVerify(context, signature, SignatureLength, message, (nuint)message.Length) == 1;
        }
        finally
        {
            EVP_MD_CTX_free(context);
            EVP_PKEY_free(key);
        }
    }

    private static void Require(bool success)
    {
        if (!success)
        {
            throw new CryptographicException("libcrypto refused an Ed25519 operation.");
        }
    }

    [LibraryImport(Library)]
    private static partial nint EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    private static partial nint EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    private static partial int EVP_PKEY_get_raw_public_key(nint key, Span<byte> publicKey, ref nuint length);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    private static partial nint EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSignInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestSign(nint context, Span<byte> signature, ref nuint length, ReadOnlySpan<byte> message, nuint messageLength);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerifyInit(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library)]
    private static partial int EVP_DigestVerify(nint context, ReadOnlySpan<byte> signature, nuint length, ReadOnlySpan<byte> message, nuint messageLength);
}
