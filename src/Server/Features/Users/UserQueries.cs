using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>A user as administrators see it; null where the person was erased.</summary>
internal sealed record UserBody(
    string Id, string UserId, string? Username, string? Email, IReadOnlyList<string> Roles, string TenantId, string Plan,
    DateTimeOffset CreatedAt);

/// <summary>A user as it sees itself.</summary>
internal sealed record Profile(string Id, string? Username, string? Email, IReadOnlyList<string> Roles);

/// <summary>Finds users, and opens what is personal about them.</summary>
internal sealed class UserQueries(AggregateStore aggregates, SubjectKeys subjects, UserNames names)
{
    /// <summary>An active user of a tenant, or null.</summary>
    public async Task<User?> Find(string tenant, string id, CancellationToken ct) =>
        (await aggregates.Load<User>(tenant, id, ct)) is { IsActive: true } user ? user : null;

    /// <summary>
    /// An active user that the caller may see, with its tenant: of the caller's own, or of any for an administrator of the server.
    /// </summary>
    public async Task<(string Tenant, User User)> Get(Principal principal, string id, CancellationToken ct)
    {
        var tenant = principal.IsSystemAdministrator ? (await names.Locate(id, ct))?.Tenant ?? principal.Tenant : principal.Tenant;
        return await Find(tenant, id, ct) is { } user ? (tenant, user) : throw Problem.NotFound("user", id);
    }

    /// <summary>The active users of a tenant, newest first.</summary>
    public async Task<(IReadOnlyList<UserBody> Users, long Total)> List(string tenant, int limit, int offset, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var (found, total) = await session.Query<User>().Where(user => user.DeletedAt == null).NewestFirst(limit, offset, ct);
        var users = new List<UserBody>(found.Count);
        foreach (var user in found)
        {
            users.Add(await Body(tenant, user.StreamId, user, ct));
        }

        return (users, total);
    }

    /// <summary>A user for administrators.</summary>
    public async Task<UserBody> Body(string tenant, string id, User user, CancellationToken ct)
    {
        var profile = await Profile(tenant, id, user, ct);
        return new UserBody(id, id, profile.Username, profile.Email, user.Roles, tenant, user.Plan, user.CreatedAt);
    }

    /// <summary>A user for itself.</summary>
    public async Task<Profile> Profile(string tenant, string id, User user, CancellationToken ct) => new(
        id,
        user.Username is null ? null : await subjects.Open(tenant, user.Username, ct),
        user.Email is null ? null : await subjects.Open(tenant, user.Email, ct),
        user.Roles);
}
