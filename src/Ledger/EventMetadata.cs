namespace EventSourcedAnomaly.Ledger;

/// <summary>Who asked for a change and in which request; stands on every event.</summary>
/// <param name="Actor">The user, key or process that asked, as <c>user:…</c>, <c>key:…</c> or <c>system:…</c>.</param>
/// <param name="CorrelationId">The request that everything it set off shares.</param>
/// <param name="CausationId">The event or command that led here directly, when there is one.</param>
public sealed record EventMetadata(string Actor, string? CorrelationId = null, string? CausationId = null);
