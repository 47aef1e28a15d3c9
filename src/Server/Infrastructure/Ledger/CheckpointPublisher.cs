using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Ledger;

/// <summary>Where checkpoints go that the operator of the database shall not be able to take back.</summary>
internal interface ICheckpointSink
{
    /// <summary>Takes a checkpoint; the same one may come again.</summary>
    Task Publish(Checkpoint checkpoint, string note, CancellationToken ct);
}

/// <summary>Signs a checkpoint every few seconds while events come, and hands it to everyone who keeps them.</summary>
internal sealed partial class CheckpointPublisher(
    HighWaterMark mark, EventLedger ledger,
    IEnumerable<ICheckpointSink> sinks, TimeProvider time, ILogger<CheckpointPublisher> logger) : IAsyncDisposable
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
        var (published, sequence) = (0L, 0L);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await mark.Beyond(sequence, _stopping.Token);
                var reached = mark.Sequence;
                var (checkpoint, note) = await ledger.Current(reached, _stopping.Token);
                if (checkpoint.Size > published)
                {
                    foreach (var sink in sinks)
                    {
                        await sink.Publish(checkpoint, note, _stopping.Token);
                    }

                    published = checkpoint.Size;
                }

                sequence = reached;
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
