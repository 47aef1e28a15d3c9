using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Append;

/// <summary>
/// Tells the other silos how far the log reaches, by NOTIFY, on a connection of its own and once for all commits of a few
/// milliseconds: inside the commits it would cost each of them a lock and a wake-up. A silo that misses it polls.
/// </summary>
internal sealed partial class HeadAnnouncer : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);
    private readonly SemaphoreSlim _waiting = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly NpgsqlDataSource _sessions;
    private readonly ILogger _logger;
    private readonly Task _announcing;
    private long _head;

    public HeadAnnouncer(NpgsqlDataSource sessions, ILogger logger)
    {
        _sessions = sessions;
        _logger = logger;
        _announcing = Task.Run(Run);
    }

    /// <summary>Has a head announced.</summary>
    public void Announce(long head)
    {
        if (Interlocked.Exchange(ref _head, head) == 0)
        {
            _waiting.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _announcing;
        _waiting.Dispose();
        _stopping.Dispose();
    }

    private async Task Run()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _sessions.OpenConnectionAsync(_stopping.Token);
                await Announce(connection);
            }
            catch (Exception e) when (!_stopping.IsCancellationRequested)
            {
                LogLost(e);
                await Task.Delay(TimeSpan.FromSeconds(1), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Announce(NpgsqlConnection connection)
    {
        await using var notify = new NpgsqlCommand("select pg_notify('esa_head', $1::text)", connection) { Parameters = { new NpgsqlParameter<long>() } };
        while (true)
        {
            await _waiting.WaitAsync(_stopping.Token);
            ((NpgsqlParameter<long>)notify.Parameters[0]).TypedValue = Interlocked.Exchange(ref _head, 0);
            await notify.ExecuteNonQueryAsync(_stopping.Token);
            await Task.Delay(Pause, _stopping.Token);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the connection that announces the head of the log")]
    private partial void LogLost(Exception exception);
}
