using EventSourcedAnomaly.Ledger.Database;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// Knows how far the log reaches and wakes whoever waits for more: by PostgreSQL's LISTEN on the channel that Marten notifies with every
/// append, and by a poll should a notification be lost. Commits happen in the order of sequence numbers, so whoever has read up to the
/// mark has missed nothing.
/// </summary>
public sealed partial class HighWaterMark(NpgsqlDataSource sessions, RecordedEventReader reader, TimeProvider time,
    ILogger<HighWaterMark> logger) : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;
    private Task _listening = Task.CompletedTask;

    /// <summary>The last sequence number that this silo has heard of.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>When the log last answered, for the liveness check.</summary>
    public DateTimeOffset LastHeard { get; private set; }

    /// <summary>Reads the mark and starts to listen.</summary>
    public async Task Start(CancellationToken ct)
    {
        Advance(await reader.HighWaterMark(ct));
        LastHeard = time.GetUtcNow();
        _listening = Task.Run(Listen, CancellationToken.None);
    }

    /// <summary>Completes when the log reaches beyond a sequence number.</summary>
    public Task Beyond(long sequence, CancellationToken ct)
    {
        lock (_gate)
        {
            return _sequence > sequence ? Task.CompletedTask : _advanced.Task.WaitAsync(ct);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listening;
        _stopping.Dispose();
    }

    private void Advance(long sequence)
    {
        TaskCompletionSource? waiting = null;
        lock (_gate)
        {
            if (sequence > _sequence)
            {
                _sequence = sequence;
                waiting = _advanced;
                _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        waiting?.TrySetResult();
    }

    private async Task Listen()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await sessions.OpenConnectionAsync(_stopping.Token);
                await using (var listen = new NpgsqlCommand("listen mt_events_appended", connection))
                {
                    await listen.ExecuteNonQueryAsync(_stopping.Token);
                }

                while (true)
                {
                    Advance(await reader.HighWaterMark(_stopping.Token));
                    LastHeard = time.GetUtcNow();
                    await connection.WaitAsync(PollInterval, _stopping.Token);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogLost(e);
                await Task.Delay(PollInterval, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the connection that listens for appends")]
    private partial void LogLost(Exception exception);
}
