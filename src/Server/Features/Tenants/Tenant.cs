using System.Text.RegularExpressions;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>One of the organisations that share the server.</summary>
public sealed partial record Tenant(string? Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt) : Aggregate,
    IAggregate<Tenant>
{
    /// <inheritdoc/>
    public static string StreamType => "tenant";

    /// <inheritdoc/>
    public static Tenant Initial { get; } = new(null, string.Empty, default, null);

    /// <summary>Whether it exists and is not closed.</summary>
    public bool IsOpen => Id is not null && DeletedAt is null;

    public Tenant Apply(TenantCreated e) => new(e.Id, e.Name, e.CreatedAt, null);

    public Tenant Apply(TenantDeleted e) => this with { DeletedAt = e.DeletedAt };

    /// <summary>Creates it.</summary>
    public static IReadOnlyList<IDomainEvent> Create(Tenant state, string id, string name, DateTimeOffset now) => state switch
    {
        { Id: not null } => throw Problem.Conflict($"The tenant '{id}' exists already, or did."),
        _ when !IdPattern().IsMatch(id) => throw Problem.Invalid("id", "2 to 63 of a-z, 0-9, _ and -, beginning with a letter", id),
        _ when string.IsNullOrWhiteSpace(name) || name.Length > 200 => throw Problem.Invalid("name", "1 to 200 characters"),
        _ => [new TenantCreated(id, name, now)],
    };

    /// <summary>Closes it; again is nothing.</summary>
    public static IReadOnlyList<IDomainEvent> Delete(Tenant state, string id, DateTimeOffset now) => state switch
    {
        { Id: null } => throw Problem.NotFound("tenant", id),
        { DeletedAt: not null } => [],
        _ when id == Principal.SystemTenant => throw Problem.Conflict("The server's own tenant cannot be deleted."),
        _ => [new TenantDeleted(now)],
    };

    [GeneratedRegex("^[a-z][a-z0-9_-]{1,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
