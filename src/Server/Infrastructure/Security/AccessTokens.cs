using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>What a valid access token says.</summary>
internal sealed record AccessToken(string UserId, string Tenant, string SessionId, DateTimeOffset ExpiresAt);

/// <summary>
/// Writes and reads access tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256. What they say of roles is for clients;
/// the server goes by the user as it stands.
/// </summary>
internal sealed class AccessTokens(SigningKeys keys, TimeProvider time)
{
    /// <summary>How long a token opens anything.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private const string Name = "event-sourced-anomaly";
    private const string TenantClaim = "tenant", SessionClaim = "sid";
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Whether a credential is written as a token is.</summary>
    public static bool Resembles(string credential) => credential.AsSpan().Count('.') == 2;

    /// <summary>A token for a session of a user.</summary>
    public async Task<string> Issue(
        string tenant, string userId, string sessionId, IReadOnlyList<string> roles, IReadOnlyList<string> scopes, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Name,
            IssuedAt = now,
            Expires = now + Lifetime,
            SigningCredentials = new SigningCredentials(await keys.Current(ct), SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = userId,
                [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7().ToString("N"),
                [TenantClaim] = tenant,
                [SessionClaim] = sessionId,
                ["roles"] = roles,
                ["scope"] = string.Join(' ', scopes),
            },
        });
    }

    /// <summary>What a token says; null when it is not one of ours, was altered, or has expired.</summary>
    public async Task<AccessToken?> Read(string text, CancellationToken ct)
    {
        if (KeyIdOf(text) is not { } id || await keys.Find(id, ct) is not { } key)
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = Name,
            ValidAudience = Name,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKey = key,
            LifetimeValidator = (_, expires, _, _) => expires is { } end && end > time.GetUtcNow().UtcDateTime,
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken token }
            && token.TryGetPayloadValue<string>(TenantClaim, out var tenant)
                && token.TryGetPayloadValue<string>(SessionClaim, out var session)
            ? new AccessToken(token.Subject, tenant, session, new DateTimeOffset(token.ValidTo, TimeSpan.Zero))
            : null;
    }

    private string? KeyIdOf(string text)
    {
        if (!_handler.CanReadToken(text))
        {
            return null;
        }

        try
        {
            return _handler.ReadJsonWebToken(text).Kid is { Length: > 0 } id ? id : null;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }
}
