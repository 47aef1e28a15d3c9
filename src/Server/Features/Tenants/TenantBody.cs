namespace EventSourcedAnomaly.Server.Features.Tenants;

/// <summary>A tenant as the API shows it.</summary>
internal sealed record TenantBody(string? Id, string Name, DateTimeOffset CreatedAt);
