using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <inheritdoc cref="IProjectionRebuildGrain"/>
internal sealed class ProjectionRebuildGrain(ProjectionRebuild rebuild) : Grain, IProjectionRebuildGrain
{
    /// <inheritdoc/>
    public Task Run(long rebuildId, CancellationToken ct) => rebuild.Run(rebuildId, this.GetPrimaryKeyString(), ct);
}
