using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using JasperFx.Core;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>Somebody who signs in.</summary>
public sealed record User(
    PersonalText? Username, PersonalText? Email, PersonalText? Password, IReadOnlyList<string> Roles, string Plan, DateTimeOffset CreatedAt,
    DateTimeOffset PasswordChangedAt,
    DateTimeOffset? DeletedAt) : Aggregate, IAggregate<User>
{
    /// <inheritdoc/>
    public static string StreamType => "user";

    /// <inheritdoc/>
    public static User Initial { get; } = new(null, null, null, [], string.Empty, default, default, null);

    /// <summary>Whether it exists and is not deleted.</summary>
    internal bool IsActive => Username is not null && DeletedAt is null;

    /// <summary>What its tokens may be used for.</summary>
    internal IReadOnlyList<string> Scopes =>
        Roles.Any(role => role is Role.Admin or Role.Analyst or Role.Service)
            ? Infrastructure.Security.Scopes.All : [Infrastructure.Security.Scopes.Read];

    public User Apply(UserCreated e) => new(e.Username, e.Email, e.Password, e.Roles, e.Plan, e.CreatedAt, e.CreatedAt, null);

    public User Apply(UserChanged e) => this with { Email = e.Email, Roles = e.Roles, Plan = e.Plan };

    public User Apply(UserPasswordChanged e) => this with { Password = e.Password, PasswordChangedAt = e.ChangedAt };

    public User Apply(UserDeleted e) => this with { DeletedAt = e.DeletedAt };

    /// <summary>Creates it.</summary>
    [JasperFxIgnore]
    public static IReadOnlyList<IDomainEvent> Create(User state, UserCreated wanted) => state.Username is null ? [wanted] : [];

    /// <summary>Changes what is given; what is the same already is no change.</summary>
    public static IReadOnlyList<IDomainEvent> Change(User state, string id, UserChange change, DateTimeOffset now)
    {
        Require(state, id);
        var changed = new UserChanged(change.Email ?? state.Email, change.Roles ?? state.Roles, change.Plan ?? state.Plan, now);
        var same = change.Email is null && changed.Roles.SequenceEqual(state.Roles) && changed.Plan == state.Plan;
        return [.. (IDomainEvent[])(same ? [] : [changed]),
            .. (IDomainEvent[])(change.Password is { } password ? [new UserPasswordChanged(password, now)] : [])];
    }

    /// <summary>Deletes it; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> Delete(User state, string id, DateTimeOffset now)
    {
        if (state.Username is null)
        {
            throw Problem.NotFound("user", id);
        }

        return state.DeletedAt is null ? [new UserDeleted(now)] : [];
    }

    private static void Require(User state, string id)
    {
        if (!state.IsActive)
        {
            throw Problem.NotFound("user", id);
        }
    }
}

/// <summary>What is to change about a user; null leaves it.</summary>
public sealed record UserChange(PersonalText? Email, IReadOnlyList<string>? Roles, string? Plan, PersonalText? Password);
