using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>A user signed in. Of the refresh token only the SHA-256 is kept.</summary>
/// <param name="UserId">The user.</param>
/// <param name="RefreshHash">Of the first refresh token.</param>
/// <param name="Remembered">Whether the session lasts between visits.</param>
/// <param name="StartedAt">When.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed.</param>
public sealed record LoginSessionStarted(string UserId, string RefreshHash, bool Remembered, DateTimeOffset StartedAt,
    DateTimeOffset ExpiresAt) : IDomainEvent;

/// <summary>A refresh token was used up for the next one.</summary>
public sealed record RefreshTokenRotated(string RefreshHash, DateTimeOffset RotatedAt, DateTimeOffset ExpiresAt) : IDomainEvent;

/// <summary>A refresh token was presented that had been used up: somebody has a copy, so the session is over for everybody.</summary>
public sealed record RefreshTokenReused(DateTimeOffset ReusedAt) : IDomainEvent;

/// <summary>The user signed out.</summary>
public sealed record LoginSessionEnded(DateTimeOffset EndedAt) : IDomainEvent;
