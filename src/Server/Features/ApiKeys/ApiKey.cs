using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>A key to the API, bound to the tenant of its stream.</summary>
public sealed record ApiKey(
    string? Name,
    string Prefix,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string> Roles,
    string Plan,
    DateTimeOffset IssuedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt) : Aggregate, IAggregate<ApiKey>
{
    /// <inheritdoc/>
    public static string StreamType => "api_key";

    /// <inheritdoc/>
    public static ApiKey Initial { get; } = new(null, string.Empty, [], [], string.Empty, default, null, null);

    /// <summary>The key's stream, which is named by the key's own hash so that presenting the key finds it.</summary>
    public string Id { get; init; } = string.Empty;

    /// <summary>The user it acts for; null for a key that belongs to the tenant.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether the log has said that the key's time is over.</summary>
    public bool Expired { get; init; }

    /// <summary>Whether the key opens anything at a time.</summary>
    public bool ValidAt(DateTimeOffset now) => Name is not null && RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);

    public ApiKey Apply(ApiKeyIssued e) =>
        new(e.Name, e.Prefix, e.Permissions, e.Roles, e.Plan, e.IssuedAt, e.ExpiresAt, null) { Owner = e.Owner };

    public ApiKey Apply(ApiKeyRevoked e) => this with { RevokedAt = e.RevokedAt };

    public ApiKey Apply(ApiKeyExpired e) => this with { Expired = true };

    /// <summary>Issues the key.</summary>
    public static IReadOnlyList<IDomainEvent> Issue(ApiKey state, ApiKeyIssued wanted) => state.Name is null ? [wanted] : [];

    /// <summary>Revokes the key; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> Revoke(ApiKey state, string id, string? owner, DateTimeOffset now) => state switch
    {
        _ when state.Name is null || (owner is not null && owner != state.Owner) => throw Problem.NotFound("key", id),
        { RevokedAt: not null } => [],
        _ => [new ApiKeyRevoked(now)],
    };

    /// <summary>Notes that the key's time is over, once, if it is and nobody revoked it before.</summary>
    public static IReadOnlyList<IDomainEvent> Expire(ApiKey state, DateTimeOffset now) =>
        state is { RevokedAt: null, Expired: false, ExpiresAt: { } end } && end <= now ? [new ApiKeyExpired(end)] : [];
}
