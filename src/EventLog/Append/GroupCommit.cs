using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Append;

/// <summary>
/// Coalesces the concurrent appends of a silo into one round trip and one commit at a time. An append that finds nobody
/// committing commits at once, on its caller's own thread; while it does, others gather, and the next of them are committed
/// together. So load makes batches larger instead of the queue longer, and a lone writer waits for nobody. Writers that were
/// just answered together mostly come back together: the next batch lets them in, for a fraction of what a commit takes.
/// The queue is bounded: an append waits for a place in it.
/// </summary>
internal sealed partial class GroupCommit(BatchCommitter committer, EventStoreOptions options, LogTelemetry telemetry, ILogger logger) : IAsyncDisposable
{
    private const int QueueCapacity = 4096;
    private const int ManyWriters = 8;
    private static readonly TimeSpan ComeBack = TimeSpan.FromMicroseconds(200);
    private readonly Channel<PendingAppend> _queue = Channel.CreateBounded<PendingAppend>(
        new BoundedChannelOptions(QueueCapacity) { FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _leadership = new(1, 1);
    private int _writers;
    private long _answered;

    public async Task<AppendResult> Append(AppendRequest request, bool mayRepeat, CancellationToken ct)
    {
        request.Validate();
        var pending = new PendingAppend(request, mayRepeat);
        await _queue.Writer.WriteAsync(pending, ct);
        if (_leadership.Wait(0, CancellationToken.None))
        {
            await CommitOne();
            HandOver();
        }

        return await pending.Outcome(ct);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _leadership.WaitAsync();
        while (_queue.Reader.Count > 0)
        {
            await CommitOne();
        }

        await committer.DisposeAsync();
        _leadership.Dispose();
        _stopping.Dispose();
    }

    // The leader has its own answer; who waits behind it must not wait for it to come back.
    private void HandOver()
    {
        _leadership.Release();
        if (_queue.Reader.Count > 0 && _leadership.Wait(0, CancellationToken.None))
        {
            _ = Task.Run(async () =>
            {
                await CommitOne();
                HandOver();
            });
        }
    }

    private async Task CommitOne()
    {
        var batch = new List<PendingAppend>();
        await LetIn();
        Gather(batch);
        if (batch.Count > 0)
        {
            await Commit(batch);
            _writers = batch.Count + _queue.Reader.Count;
            _answered = Stopwatch.GetTimestamp();
        }
    }

    // Yields instead of a delay, which would take a millisecond at least and keep no thread free for those that come back.
    private async ValueTask LetIn()
    {
        while (_writers >= ManyWriters && _queue.Reader.Count < _writers && Stopwatch.GetElapsedTime(_answered) < ComeBack)
        {
            await Task.Yield();
        }
    }

    private void Gather(List<PendingAppend> batch)
    {
        var events = 0;
        while (events < options.MaxBatchEvents && _queue.Reader.TryRead(out var pending))
        {
            if (pending.TryTake())
            {
                batch.Add(pending);
                events += pending.Request.EventCount;
            }
        }
    }

    // A broken connection says nothing about the commit it broke in. The same batch is tried again with the same event ids,
    // so that what was committed is recognised and what was not is stored.
    private async Task Commit(List<PendingAppend> batch)
    {
        var deadline = options.Time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await committer.Commit(batch);
                return;
            }
            catch (Exception e) when (IsTransient(e) && options.Time.GetElapsedTime(deadline) < options.AppendTimeout && !_stopping.IsCancellationRequested)
            {
                LogRetry(e, batch.Count, attempt + 1);
                batch.ForEach(pending => pending.MayRepeat = true);
                await Backoff(attempt);
            }
            catch (Exception e)
            {
                telemetry.BatchFailed(batch.Count);
                batch.ForEach(pending => pending.Fail(e));
                return;
            }
        }
    }

    private async Task Backoff(int attempt)
    {
        var delay = TimeSpan.FromMilliseconds(Math.Min(1000, 20 << Math.Min(attempt, 6)));
        await Task.Delay(delay, options.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static bool IsTransient(Exception e) =>
        e is NpgsqlException { IsTransient: true } or IOException or TimeoutException or ObjectDisposedException
        || e is PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "25P03" or "53300" }
        || e is NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException or EndOfStreamException };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Commit of {Count} appends failed, attempt {Attempt} follows")]
    private partial void LogRetry(Exception exception, int count, int attempt);
}
