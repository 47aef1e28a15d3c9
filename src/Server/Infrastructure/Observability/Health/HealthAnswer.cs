namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>An answer of <c>/health…</c>: what the Platform and the Operations contract want, in one body.</summary>
/// <param name="Success">Whether the server can be used.</param>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Version">The released version.</param>
/// <param name="Message">The same in words.</param>
/// <param name="Timestamp">The time of the answer.</param>
/// <param name="RequestId">The request's id.</param>
/// <param name="Data">The state, with whatever the path adds.</param>
internal sealed record HealthAnswer<TData>(
    bool Success, string Status, string Version, string Message, DateTimeOffset Timestamp, string RequestId, TData Data)
    where TData : notnull;
