using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>A user was created. What is personal is encrypted with the user's own key; the password is a hash besides.</summary>
/// <param name="Username">By which it signs in.</param>
/// <param name="Email">Where it is reached; null when not told.</param>
/// <param name="Password">The password's hash (PBKDF2).</param>
/// <param name="Roles">The roles, by name.</param>
/// <param name="Plan">The rate plan.</param>
/// <param name="CreatedAt">When.</param>
public sealed record UserCreated(Sealed Username, Sealed? Email, Sealed Password, IReadOnlyList<string> Roles, string Plan, DateTimeOffset CreatedAt) : IEvent;

/// <summary>A user's address, roles or plan were changed.</summary>
public sealed record UserChanged(Sealed? Email, IReadOnlyList<string> Roles, string Plan, DateTimeOffset ChangedAt) : IEvent;

/// <summary>A user's password was changed; its sessions from before open nothing any more.</summary>
public sealed record UserPasswordChanged(Sealed Password, DateTimeOffset ChangedAt) : IEvent;

/// <summary>A user was deleted.</summary>
public sealed record UserDeleted(DateTimeOffset DeletedAt) : IEvent;
