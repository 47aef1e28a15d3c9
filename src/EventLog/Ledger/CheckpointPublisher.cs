using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EventLog.Ledger;

/// <summary>Where checkpoints go that the operator of the database shall not be able to take back.</summary>
public interface ICheckpointSink
{
    /// <summary>Takes a checkpoint; the same one may come again.</summary>
    Task Publish(Checkpoint checkpoint, string note, CancellationToken ct);
}

/// <summary>Signs a checkpoint every few seconds while events come, and hands it to everyone who keeps them.</summary>
public sealed partial class CheckpointPublisher(
    EventStore store, EventLedger ledger, IEnumerable<ICheckpointSink> sinks, TimeProvider time, ILogger<CheckpointPublisher> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Starts.</summary>
    public void Start() => _running = Task.Run(Run);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task Run()
    {
        var published = 0L;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await store.Head.Beyond(published, _stopping.Token);
                var (checkpoint, note) = await ledger.Current(1, _stopping.Token);
                if (checkpoint.Size > published)
                {
                    foreach (var sink in sinks)
                    {
                        await sink.Publish(checkpoint, note, _stopping.Token);
                    }

                    published = checkpoint.Size;
                }
            }
            catch (Exception e) when (!_stopping.IsCancellationRequested)
            {
                LogFailed(e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Interval, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A checkpoint could not be published; it is tried again")]
    private partial void LogFailed(Exception exception);
}
