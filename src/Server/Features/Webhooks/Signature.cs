using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>Signs as Standard Webhooks 1.0 says: HMAC-SHA256 of <c>id.timestamp.body</c>, in base64 behind <c>v1,</c>.</summary>
internal static class Signature
{
    /// <summary>Before a secret that is bytes in base64; any other is its own text.</summary>
    public const string Prefix = "whsec_";
    private const int ShortestText = 8, MaxTextLength = 512, FewestBytes = 24, MaxBytes = 64;

    /// <summary>A secret of 256 random bits.</summary>
    public static string Generate() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The header <c>webhook-signature</c>: one signature for each secret, the newest first.</summary>
    /// <param name="secrets">The secrets that sign.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>, seconds since 1970.</param>
    /// <param name="body">The body.</param>
    public static string Of(IEnumerable<string> secrets, string id, long timestamp, string body)
    {
        var signed = Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}");
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), signed))}"));
    }

    /// <summary>A secret that somebody chose.</summary>
    public static string Check(string secret)
    {
        if (secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Base64.IsValid(secret.AsSpan(Prefix.Length), out var bytes) && bytes is >= FewestBytes and <= MaxBytes
                ? secret
                : throw Problem.Invalid("secret", $"{Prefix} and {FewestBytes} to {MaxBytes} bytes in base64");
        }

        return secret.Length is >= ShortestText and <= MaxTextLength && !secret.Any(char.IsControl)
            ? secret
            : throw Problem.Invalid("secret",
                $"{ShortestText} to {MaxTextLength} characters, or {Prefix} and {FewestBytes} to {MaxBytes} bytes in base64");
    }

    private static byte[] KeyOf(string secret) =>
        secret.StartsWith(Prefix, StringComparison.Ordinal)
            ? Convert.FromBase64String(secret[Prefix.Length..]) : Encoding.UTF8.GetBytes(secret);
}
