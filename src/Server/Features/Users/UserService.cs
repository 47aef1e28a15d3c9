using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>What is wanted of a user, in the clear.</summary>
internal sealed record UserRegistration(string Username, string? Email, string Password, IReadOnlyList<string> Roles, string Plan);

/// <summary>
/// Creates, changes and deletes users: names are claimed before and given back after, and what is personal is encrypted on the way.
/// </summary>
internal sealed class UserService(IGrainFactory grains, UserNames names, AggregateStore aggregates, Passwords passwords,
    SubjectKeys subjects, TimeProvider time)
{
    /// <summary>Creates a user.</summary>
    /// <exception cref="Problem">Somebody has the name.</exception>
    public async Task<(string Id, User User)> Create(string tenant, UserRegistration wanted, CancellationToken ct)
    {
        var id = ResourceId.New("user");
        if (!await names.Claim(names.HashOf(wanted.Username), tenant, id, ct))
        {
            throw new Problem(ProblemKind.Conflict, "The username is taken.", "username", "a name that nobody has");
        }

        var created = new UserCreated(
            await subjects.Seal(tenant, id, wanted.Username, ct), wanted.Email is null
                ? null : await subjects.Seal(tenant, id, wanted.Email, ct),
            await passwords.Seal(tenant, id, wanted.Password, ct), wanted.Roles, wanted.Plan, time.GetUtcNow());
        await grains.Of<IUserGrain>(tenant, id).Create(created, ct);
        return (id, await aggregates.Load<User>(tenant, id, ct));
    }

    /// <summary>Changes what is given of an active user.</summary>
    public async Task<User> Change(
        string tenant, string id, string? email, IReadOnlyList<string>? roles, string? plan, string? password, CancellationToken ct)
    {
        var change = new UserChange(
            email is null ? null : await subjects.Seal(tenant, id, email, ct), roles, plan, password is null
                ? null : await passwords.Seal(tenant, id, password, ct));
        await grains.Of<IUserGrain>(tenant, id).Change(change, ct);
        return await aggregates.Load<User>(tenant, id, ct);
    }

    /// <summary>Deletes a user: its sessions and keys open nothing from now on, its name is free.</summary>
    public async Task Delete(string tenant, string id, CancellationToken ct)
    {
        await grains.Of<IUserGrain>(tenant, id).Delete(ct);
        await names.Release(id, ct);
    }
}
