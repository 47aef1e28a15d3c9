using System.Diagnostics;
using System.Threading.Channels;
using EventSourcedAnomaly.Ledger;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// The only road into the log. It coalesces the concurrent appends of a silo into one transaction at a time: an append that finds nobody
/// committing commits at once; while it does, others gather, and the next of them are committed together. So load makes batches larger
/// instead of the queue longer, and a lone writer waits for nobody. The queue is bounded: an append waits for a place in it.
/// </summary>
public sealed partial class EventCommitter : IAsyncDisposable
{
    private const int QueueCapacity = 4096;
    private const int MaxBatchEvents = 1000;
    private const int ManyWriters = 8;
    private static readonly TimeSpan ComeBack = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan AppendTimeout = TimeSpan.FromSeconds(30);

    private readonly Channel<PendingAppend> _queue = Channel.CreateBounded<PendingAppend>(
        new BoundedChannelOptions(QueueCapacity) { FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _leadership = new(1, 1);
    private readonly List<PendingAppend> _deferred = [];
    private readonly CommitBatch _commit;
    private readonly CommitterTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger<EventCommitter> _logger;
    private int _writers;
    private long _answered;

    internal EventCommitter(CommitBatch commit, CommitterTelemetry telemetry, TimeProvider time, ILogger<EventCommitter> logger) =>
        (_commit, _telemetry, _time, _logger) = (commit, telemetry, time, logger);

    /// <summary>
    /// Appends events. The task completes when they are committed; it fails with <see cref="VersionConflictException"/> when a stream is
    /// not where it was expected, and then nothing is stored.
    /// </summary>
    /// <param name="request">The events of one stream, or of several that belong together.</param>
    /// <param name="ct">Withdraws the append while it still waits; a commit under way is seen through.</param>
    /// <param name="idempotent">Looks the event ids up first: the same ids twice are stored once.</param>
    public async Task Append(AppendRequest request, CancellationToken ct, bool idempotent = false)
    {
        request.Validate();
        using var activity = CommitterTelemetry.StartAppend(request);
        var pending = new PendingAppend(request, idempotent);
        await _queue.Writer.WriteAsync(pending, ct);
        if (_leadership.Wait(0, CancellationToken.None))
        {
            // What this append's trace or caller flows along must not reach the appends of others in the same batch.
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(Lead, CancellationToken.None);
            }
        }

        await pending.Outcome(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _leadership.WaitAsync();
        while (_queue.Reader.Count > 0 || _deferred.Count > 0)
        {
            await CommitOne();
        }

        _leadership.Dispose();
        _stopping.Dispose();
    }

    private async Task Lead()
    {
        while (true)
        {
            await CommitOne();
            if (_queue.Reader.Count == 0 && _deferred.Count == 0)
            {
                // An append that came between the two finds nobody committing, unless it is taken up here.
                _leadership.Release();
                if (_queue.Reader.Count == 0 || !_leadership.Wait(0, CancellationToken.None))
                {
                    return;
                }
            }
        }
    }

    private async Task CommitOne()
    {
        await LetIn();
        var batch = Gather();
        if (batch.Count > 0)
        {
            await Commit(batch);
            _writers = batch.Count + _queue.Reader.Count;
            _answered = Stopwatch.GetTimestamp();
        }
    }

    // Writers that were just answered together mostly come back together: the next batch lets them in, for a fraction of what a commit
    // takes. Yields instead of a delay, which would take a millisecond at least.
    private async ValueTask LetIn()
    {
        while (_writers >= ManyWriters && _queue.Reader.Count < _writers && Stopwatch.GetElapsedTime(_answered) < ComeBack)
        {
            await Task.Yield();
        }
    }

    // A stream is in a batch once: a second append to it waits for the next batch and meets the version that the first one left.
    private List<PendingAppend> Gather()
    {
        var batch = new List<PendingAppend>();
        var streams = new HashSet<StreamKey>();
        var (events, waiting) = (0, _deferred.ToArray());
        _deferred.Clear();
        foreach (var pending in waiting)
        {
            events += Take(pending, batch, streams);
        }

        while (events < MaxBatchEvents && _deferred.Count < MaxBatchEvents && _queue.Reader.TryRead(out var pending))
        {
            events += Take(pending, batch, streams);
        }

        return batch;
    }

    private int Take(PendingAppend pending, List<PendingAppend> batch, HashSet<StreamKey> streams)
    {
        if (pending.Request.Streams.Any(stream => streams.Contains(stream.Stream)))
        {
            _deferred.Add(pending);
            return 0;
        }

        if (!pending.TryTake())
        {
            return 0;
        }

        batch.Add(pending);
        streams.UnionWith(pending.Request.Streams.Select(stream => stream.Stream));
        return pending.Request.EventCount;
    }

    // A broken connection says nothing about the commit it broke in. The same batch is tried again with the same event ids, so that what
    // was committed is recognised and what was not is stored.
    private async Task Commit(List<PendingAppend> batch)
    {
        var started = _time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await _commit.Run(batch);
                return;
            }
            catch (Exception e)
                when (TransientFailure.Is(e) && _time.GetElapsedTime(started) < AppendTimeout && !_stopping.IsCancellationRequested)
            {
                LogRetry(e, batch.Count, attempt + 1);
                batch.ForEach(pending => pending.MayRepeat = true);
                await Backoff(attempt);
            }
            catch (Exception e) when (batch.Count > 1 && !TransientFailure.Is(e))
            {
                // One of them cannot be stored, whatever the reason; it must not take the others with it.
                LogIsolated(e, batch.Count);
                foreach (var pending in batch)
                {
                    await Commit([pending]);
                }

                return;
            }
            catch (Exception e)
            {
                _telemetry.BatchFailed(batch.Count);
                batch.ForEach(pending => pending.Fail(e));
                return;
            }
        }
    }

    private async Task Backoff(int attempt)
    {
        var delay = TimeSpan.FromMilliseconds(Math.Min(1000, 20 << Math.Min(attempt, 6)));
        await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Commit of {Count} appends failed, attempt {Attempt} follows")]
    private partial void LogRetry(Exception exception, int count, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of {Count} appends cannot be stored as a whole; each is tried by itself")]
    private partial void LogIsolated(Exception exception, int count);
}
