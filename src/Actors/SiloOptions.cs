namespace EventSourcedAnomaly.Actors;

/// <summary>How a silo treats its grains.</summary>
public sealed record SiloOptions
{
    /// <summary>An activation that has had no turn for so long leaves.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often idle activations and overdue turns are looked for.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After so long a turn's token is cancelled and its caller gets a <see cref="TimeoutException"/>.</summary>
    public TimeSpan TurnTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many turns may wait for one grain before a call is refused.</summary>
    public int MailboxLimit { get; init; } = 10_000;

    /// <summary>How many turns a grain has in a row before others get the thread.</summary>
    public int TurnsPerSlice { get; init; } = 64;

    /// <summary>Above this share of the memory available to the process, activations leave long before they are idle.</summary>
    public double MemoryPressure { get; init; } = 0.85;

    /// <summary>
    /// The share of the memory available to the process that is in use, 0 to 1, asked for at every sweep: by default what the
    /// garbage collector last saw.
    /// </summary>
    public Func<double> MemoryLoad { get; init; } = LoadSeenByCollector;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    private static double LoadSeenByCollector()
    {
        var memory = GC.GetGCMemoryInfo();
        return memory.TotalAvailableMemoryBytes > 0 ? (double)memory.MemoryLoadBytes / memory.TotalAvailableMemoryBytes : 0;
    }
}

/// <summary>A grain's mailbox is full; the call was not made.</summary>
public sealed class MailboxFullException(GrainId grain, int limit)
    : Exception($"The mailbox of {grain} holds its limit of {limit} turns; try again later.");

/// <summary>A grain was called from within one of its own turns, which could only wait for itself.</summary>
public sealed class ReentrantCallException(GrainId grain)
    : InvalidOperationException($"A turn of {grain} called {grain} again, directly or through another grain. A grain has one turn at a time; pass it the result, or call it when the turn is over.");
