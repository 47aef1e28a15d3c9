using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>A user was created. What is personal is encrypted with the user's own key; the password is a hash besides.</summary>
/// <param name="Username">By which it signs in.</param>
/// <param name="Email">Where it is reached; null when not told.</param>
/// <param name="Password">The password's hash (PBKDF2).</param>
/// <param name="Roles">The roles, by name.</param>
/// <param name="Plan">The rate plan.</param>
/// <param name="CreatedAt">When.</param>
public sealed record UserCreated(PersonalText Username, PersonalText? Email, PersonalText Password, IReadOnlyList<string> Roles,
    string Plan, DateTimeOffset CreatedAt) : IDomainEvent;

/// <summary>A user's address, roles or plan were changed.</summary>
public sealed record UserChanged(PersonalText? Email, IReadOnlyList<string> Roles, string Plan, DateTimeOffset ChangedAt) : IDomainEvent;

/// <summary>A user's password was changed; its sessions from before open nothing any more.</summary>
public sealed record UserPasswordChanged(PersonalText Password, DateTimeOffset ChangedAt) : IDomainEvent;

/// <summary>A user was deleted.</summary>
public sealed record UserDeleted(DateTimeOffset DeletedAt) : IDomainEvent;
