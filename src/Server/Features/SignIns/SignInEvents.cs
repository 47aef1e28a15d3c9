using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>Somebody signed in under the name of the stream.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SessionId">The session that began.</param>
/// <param name="Address">From which network address.</param>
/// <param name="SucceededAt">When.</param>
public sealed record LoginSucceeded(string UserId, string SessionId, PersonalText Address, DateTimeOffset SucceededAt) : IDomainEvent;

/// <summary>Somebody tried to sign in under the name of the stream and did not know the password.</summary>
/// <param name="UserId">The user of the name; null when there is none.</param>
/// <param name="Address">From which network address.</param>
/// <param name="FailedAt">When.</param>
public sealed record LoginFailed(string? UserId, PersonalText Address, DateTimeOffset FailedAt) : IDomainEvent;

/// <summary>After too many failures nobody signs in under the name for a while.</summary>
public sealed record LoginLocked(DateTimeOffset LockedAt, DateTimeOffset Until) : IDomainEvent;
