using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>A key was issued. The key itself is shown once and kept nowhere; its keyed hash is its identity.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Prefix">The few characters by which its owner recognises it.</param>
/// <param name="Permissions"><c>read</c>, <c>write</c>.</param>
/// <param name="Roles">Of <see cref="Domain.Role"/>.</param>
/// <param name="Plan">The rate plan.</param>
/// <param name="IssuedAt">When.</param>
/// <param name="ExpiresAt">When it stops being valid by itself; null for never.</param>
/// <param name="Owner">The user it acts for; null for a key that belongs to the tenant.</param>
public sealed record ApiKeyIssued(
    string Name, string Prefix, IReadOnlyList<string> Permissions, IReadOnlyList<string> Roles, string Plan, DateTimeOffset IssuedAt,
    DateTimeOffset? ExpiresAt,
    string? Owner = null) : IDomainEvent;

/// <summary>A key was revoked; it is refused from this event on.</summary>
public sealed record ApiKeyRevoked(DateTimeOffset RevokedAt) : IDomainEvent;

/// <summary>
/// A key reached the end it was issued with. It was refused from <paramref name="ExpiredAt"/> on, whenever this was recorded.
/// </summary>
public sealed record ApiKeyExpired(DateTimeOffset ExpiredAt) : IDomainEvent;
