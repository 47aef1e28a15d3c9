using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Reading;

/// <summary>
/// Knows how far the log reaches and wakes whoever waits for more: at once for this silo's own commits, by LISTEN/NOTIFY for
/// those of others, and by a poll should a notification be lost.
/// </summary>
public sealed partial class LogHead : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly NpgsqlDataSource _sessions;
    private readonly EventReader _reader;
    private readonly EventStoreOptions _options;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _sequence;
    private Task _listening = Task.CompletedTask;

    internal LogHead(NpgsqlDataSource sessions, EventReader reader, EventStoreOptions options, ILogger logger)
    {
        _sessions = sessions;
        _reader = reader;
        _options = options;
        _logger = logger;
    }

    /// <summary>The last sequence number that this silo has heard of.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>When the log last answered, for the liveness check.</summary>
    public DateTimeOffset LastHeard { get; private set; }

    internal void Start() => _listening = Task.Run(Listen);

    /// <summary>Takes note of a sequence number.</summary>
    public void Advance(long sequence)
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

    private async Task Listen()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _sessions.OpenConnectionAsync(_stopping.Token);
                connection.Notification += (_, notification) => Advance(long.Parse(notification.Payload));
                await using (var listen = new NpgsqlCommand("listen esa_head", connection))
                {
                    await listen.ExecuteNonQueryAsync(_stopping.Token);
                }

                await Follow(connection);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogLost(e);
                await Task.Delay(_options.PollInterval, _options.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Follow(NpgsqlConnection connection)
    {
        while (true)
        {
            Advance(await _reader.Head(_stopping.Token));
            do
            {
                LastHeard = _options.Time.GetUtcNow();
            }
            while (await connection.WaitAsync(_options.PollInterval, _stopping.Token));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the connection that listens for the head of the log")]
    private partial void LogLost(Exception exception);
}
