using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>A tenant was created.</summary>
public sealed record TenantCreated(string Id, string Name, DateTimeOffset CreatedAt) : IDomainEvent;

/// <summary>A tenant was closed; its keys no longer open anything.</summary>
public sealed record TenantDeleted(DateTimeOffset DeletedAt) : IDomainEvent;
