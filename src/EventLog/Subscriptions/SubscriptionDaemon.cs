using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>Runs every subscription of the product; each is owned by one silo of the cluster at a time.</summary>
public sealed class SubscriptionDaemon(
    EventStore store, IEnumerable<ISubscription> subscriptions, EventStoreOptions options, ILogger<SubscriptionDaemon> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Starts them.</summary>
    public void Start() =>
        _running = Task.WhenAll(subscriptions.Select(subscription =>
            Task.Run(() => new SubscriptionRunner(subscription, store, options, logger).Run(_stopping.Token))));

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
