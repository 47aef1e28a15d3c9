namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>An answer that only confirms.</summary>
internal sealed record Confirmation(string Message);
