namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>Makes one projection anew; its key is the projection's name.</summary>
[Alias("esa.ProjectionRebuild")]
public interface IProjectionRebuildGrain : IGrainWithStringKey
{
    /// <summary>Does a rebuild, unless it is done already.</summary>
    /// <param name="rebuildId">The number of the rebuild.</param>
    /// <param name="ct">Stops it.</param>
    [Alias("Run"), ResponseTimeout("1.00:00:00")]
    Task Run(long rebuildId, CancellationToken ct);
}
