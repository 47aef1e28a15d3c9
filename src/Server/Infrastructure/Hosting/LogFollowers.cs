using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>Starts what follows the log: the high-water mark before anything asks for it, the checkpoints once the server serves.</summary>
internal sealed class LogFollowers(HighWaterMark mark, BulkStore bulk, CheckpointPublisher checkpoints) : IHostedLifecycleService
{
    private static readonly TimeSpan OrphanAge = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await mark.Start(cancellationToken);
        await bulk.DeleteOrphans(OrphanAge, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        checkpoints.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
