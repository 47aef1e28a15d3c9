using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>A user as administrators see it; null where the person was erased.</summary>
internal sealed record UserBody(
    string Id, string UserId, string? Username, string? Email, IReadOnlyList<string> Roles, string TenantId, string Plan, DateTimeOffset CreatedAt);

/// <summary>A user as it sees itself.</summary>
internal sealed record Profile(string Id, string? Username, string? Email, IReadOnlyList<string> Roles);

/// <summary>Finds users, and opens what is personal about them.</summary>
internal sealed class UserQueries(EventStore store, TenantReads reads, SubjectKeys subjects, UserNames names)
{
    /// <summary>An active user of a tenant, or null.</summary>
    public async Task<User?> Find(string tenant, string id, CancellationToken ct) =>
        (await store.Snapshots.Load<User>(new StreamKey(tenant, id), ct)).State is { IsActive: true } user ? user : null;

    /// <summary>An active user that the caller may see, with its tenant: of the caller's own, or of any for an administrator of the server.</summary>
    public async Task<(string Tenant, User User)> Get(Principal principal, string id, CancellationToken ct)
    {
        var tenant = principal.IsSystemAdministrator ? (await names.Locate(id, ct))?.Tenant ?? principal.Tenant : principal.Tenant;
        return await Find(tenant, id, ct) is { } user ? (tenant, user) : throw Problem.NotFound("user", id);
    }

    /// <summary>The active users of a tenant, newest first.</summary>
    public async Task<(IReadOnlyList<UserBody> Users, long Total)> List(string tenant, int limit, int offset, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(tenant, """
            select id, snapshot, count(*) over () from mt_streams
             where tenant_id = $1 and type = 'user' and snapshot_version is not null and not snapshot ? 'deleted_at' order by created desc, id desc limit $2 offset $3
            """);
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = offset });
        var (found, total) = (new List<(string Id, User User)>(), 0L);
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                found.Add((reader.GetString(0), JsonSerializer.Deserialize<User>(reader.GetFieldValue<byte[]>(1), EventJson.Options)!));
                total = reader.GetInt64(2);
            }
        }

        var users = new List<UserBody>(found.Count);
        foreach (var (id, user) in found)
        {
            users.Add(await Body(tenant, id, user, ct));
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
