namespace EventSourcedAnomaly.EventLog;

/// <summary>How a silo uses the log.</summary>
public sealed record EventStoreOptions
{
    /// <summary>The most events that one commit gathers.</summary>
    public int MaxBatchEvents { get; init; } = 2000;

    /// <summary>How many sequence numbers a partition of the events holds; takes effect for partitions yet to be made.</summary>
    public long PartitionSize { get; init; } = 1_000_000;

    /// <summary>How long an append is tried again while the database cannot be reached.</summary>
    public TimeSpan AppendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the head of the log is read when no notification comes.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
