using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EventSourcedAnomaly.EventLog.Events;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EventLog.Reading;

/// <summary>
/// Follows streams live for any number of readers at the cost of one reader of the log. A reader that falls behind is let
/// go and catches up from the log by itself, so it neither slows the others nor misses an event.
/// </summary>
public sealed partial class LiveFeed : IAsyncDisposable
{
    private const int Backlog = 256;
    private const int PageSize = 500;
    private readonly Lock _gate = new();
    private readonly Dictionary<StreamKey, HashSet<Channel<RecordedEvent>>> _followers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly EventStore _store;
    private readonly ILogger<LiveFeed> _logger;
    private readonly Task _pump;

    /// <summary>Starts the one reader.</summary>
    public LiveFeed(EventStore store, ILogger<LiveFeed> logger)
    {
        _store = store;
        _logger = logger;
        _pump = Task.Run(Pump);
    }

    /// <summary>The events of a stream after a sequence number, then those to come, without gap or repetition.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="after">The last sequence number already seen; 0 from the beginning.</param>
    /// <param name="ct">Ends the following.</param>
    public async IAsyncEnumerable<RecordedEvent> Follow(StreamKey stream, long after, [EnumeratorCancellation] CancellationToken ct)
    {
        var position = after;
        while (true)
        {
            var channel = Enter(stream);
            try
            {
                await foreach (var past in CatchUp(stream, position, ct))
                {
                    position = past.Sequence;
                    yield return past;
                }

                await foreach (var live in channel.Reader.ReadAllAsync(ct))
                {
                    if (live.Sequence > position)
                    {
                        position = live.Sequence;
                        yield return live;
                    }
                }
            }
            finally
            {
                Leave(stream, channel);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _pump;
        _stopping.Dispose();
    }

    private async IAsyncEnumerable<RecordedEvent> CatchUp(StreamKey stream, long after, [EnumeratorCancellation] CancellationToken ct)
    {
        var version = 0L;
        while (true)
        {
            var page = await _store.Events.Stream(stream, ct, version, limit: PageSize);
            foreach (var recorded in page)
            {
                version = recorded.Version;
                if (recorded.Sequence > after)
                {
                    yield return recorded;
                }
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }

    private async Task Pump()
    {
        var position = _store.Head.Sequence;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _store.Head.Beyond(position, _stopping.Token);
                position = await Distribute(position, _store.Head.Sequence);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e);
                await Task.Delay(TimeSpan.FromSeconds(1), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<long> Distribute(long position, long head)
    {
        while (position < head)
        {
            var streams = Followed();
            if (streams.Length == 0)
            {
                return head;
            }

            var page = await _store.Events.PageOfStreams(streams, position, head, PageSize, _stopping.Token);
            foreach (var recorded in page)
            {
                Hand(recorded);
            }

            position = page.Count == PageSize ? page[^1].Sequence : head;
        }

        return position;
    }

    private Channel<RecordedEvent> Enter(StreamKey stream)
    {
        var channel = Channel.CreateBounded<RecordedEvent>(new BoundedChannelOptions(Backlog) { SingleReader = true });
        lock (_gate)
        {
            if (!_followers.TryGetValue(stream, out var followers))
            {
                _followers[stream] = followers = [];
            }

            followers.Add(channel);
        }

        return channel;
    }

    private void Leave(StreamKey stream, Channel<RecordedEvent> channel)
    {
        lock (_gate)
        {
            if (_followers.TryGetValue(stream, out var followers) && followers.Remove(channel) && followers.Count == 0)
            {
                _followers.Remove(stream);
            }
        }
    }

    private StreamKey[] Followed()
    {
        lock (_gate)
        {
            return [.. _followers.Keys];
        }
    }

    private void Hand(RecordedEvent recorded)
    {
        lock (_gate)
        {
            if (!_followers.TryGetValue(new StreamKey(recorded.Tenant, recorded.Stream), out var followers))
            {
                return;
            }

            // One that is too slow: completing its channel sends the reader back to the log.
            followers.RemoveWhere(follower => !follower.Writer.TryWrite(recorded) && follower.Writer.TryComplete());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The live feed failed and goes on")]
    private partial void LogFailed(Exception exception);
}
