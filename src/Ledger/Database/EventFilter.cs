namespace EventSourcedAnomaly.Ledger.Database;

/// <summary>Which events a reader wants, in the order of the log. Every member narrows the choice; null does not.</summary>
public sealed record EventFilter
{
    /// <summary>Only events after this sequence number.</summary>
    public long After { get; init; }

    /// <summary>Only events up to and with this sequence number.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Only this tenant's events.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only this stream.</summary>
    public string? Stream { get; init; }

    /// <summary>Only these stored event names.</summary>
    public IReadOnlyCollection<string>? Types { get; init; }

    /// <summary>Only what this actor asked for.</summary>
    public string? Actor { get; init; }

    /// <summary>Only what this request set off.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Only events at or after this time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only events before this time.</summary>
    public DateTimeOffset? To { get; init; }
}
