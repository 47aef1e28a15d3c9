using System.Security.Cryptography;
using System.Text;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>
/// A refresh token: the session it belongs to and 256 random bits. It means nothing to its holder, and the server keeps its
/// SHA-256 only.
/// </summary>
internal sealed record RefreshToken(string SessionId, string Text)
{
    private const string Prefix = "esr_";
    private const int IdDigits = 32, SecretBytes = 32;

    /// <summary>What is kept of it.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Text)));

    /// <summary>A fresh one of a session.</summary>
    public static RefreshToken New(string sessionId) =>
        new(sessionId, $"{Prefix}{sessionId["session_".Length..]}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}");

    /// <summary>Reads one; null when it is none of ours.</summary>
    public static RefreshToken? Parse(string text) =>
        text.Length == Prefix.Length + IdDigits + 1 + (SecretBytes * 2) && text.StartsWith(Prefix, StringComparison.Ordinal)
        && text.AsSpan(Prefix.Length).IndexOfAnyExceptInRange('\u0021', '\u007e') < 0
            ? new RefreshToken($"session_{text.Substring(Prefix.Length, IdDigits)}", text)
            : null;
}
