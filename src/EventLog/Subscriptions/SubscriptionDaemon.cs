using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>Runs every subscription of the product; each is owned by one silo of the cluster at a time.</summary>
public sealed class SubscriptionDaemon(
    EventStore store, IEnumerable<ISubscription> subscriptions, EventStoreOptions options, ILogger<SubscriptionDaemon> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>The projections that can be rebuilt.</summary>
    public IEnumerable<string> Rebuildable => subscriptions.OfType<IProjection>().Where(projection => projection.Tables.Count > 0).Select(projection => projection.Name);

    /// <summary>Asks for a rebuild; the silo that owns the projection does it beside the live one.</summary>
    public Task Rebuild(string name, CancellationToken ct) => ProjectionRebuild.Request(store.Database, name, ct);

    /// <summary>What became of the last rebuild of each projection.</summary>
    public Task<IReadOnlyList<RebuildStatus>> Rebuilds(CancellationToken ct) => ProjectionRebuild.Last(store.Database, ct);

    /// <summary>Starts them.</summary>
    public void Start()
    {
        var runners = subscriptions.Select(subscription => new SubscriptionRunner(subscription, store, options, logger)).ToArray();
        store.Telemetry.ObserveSubscriptions(() => runners.Select(runner => runner.Lag).OfType<(string Name, long Lag)>());
        _running = Task.WhenAll(runners.Select(runner => Task.Run(() => runner.Run(_stopping.Token))));
    }

    /// <summary>Stops them after the event in hand.</summary>
    public async Task Stop()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        _stopping.Dispose();
    }
}
