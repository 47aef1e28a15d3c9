using Wolverine.Attributes;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>Asks for a projection to be made anew.</summary>
/// <param name="RebuildId">The number of the rebuild.</param>
/// <param name="Projection">The projection.</param>
public sealed record RunProjectionRebuild(long RebuildId, string Projection);

/// <summary>Does it, on one silo; what is done already is a no-op.</summary>
public static class RunProjectionRebuildHandler
{
    private const int MaxSeconds = 24 * 3600;

    /// <summary>Handles the message.</summary>
    [MessageTimeout(MaxSeconds)]
    public static Task Handle(RunProjectionRebuild message, IGrainFactory grains, CancellationToken ct) =>
        grains.GetGrain<IProjectionRebuildGrain>(message.Projection).Run(message.RebuildId, ct);
}
