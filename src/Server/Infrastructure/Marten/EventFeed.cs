using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EventSourcedAnomaly.Ledger;
using global::Marten;
using JasperFx.Events;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>
/// Follows streams live for any number of readers at the cost of one reader of the log. A reader that falls behind is let go and catches
/// up from the log by itself, so it neither slows the others nor misses an event.
/// </summary>
public sealed partial class EventFeed : IAsyncDisposable
{
    private const int Backlog = 256;
    private const int PageSize = 500;
    private readonly Lock _gate = new();
    private readonly Dictionary<StreamKey, HashSet<Channel<IEvent>>> _followers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly IDocumentStore _store;
    private readonly HighWaterMark _mark;
    private readonly ILogger<EventFeed> _logger;
    private readonly Task _pump;

    /// <summary>Starts the one reader.</summary>
    public EventFeed(IDocumentStore store, HighWaterMark mark, ILogger<EventFeed> logger)
    {
        (_store, _mark, _logger) = (store, mark, logger);
        _pump = Task.Run(Pump);
    }

    /// <summary>The events of a stream after a sequence number, then those to come, without gap or repetition.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="after">The last sequence number already seen; 0 from the beginning.</param>
    /// <param name="ct">Ends the following.</param>
    public async IAsyncEnumerable<IEvent> Follow(StreamKey stream, long after, [EnumeratorCancellation] CancellationToken ct)
    {
        var position = after;
        while (true)
        {
            var channel = Enter(stream);
            try
            {
                foreach (var past in await Past(stream, position, ct))
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

    private async Task<IReadOnlyList<IEvent>> Past(StreamKey stream, long after, CancellationToken ct)
    {
        await using var session = _store.QuerySession(stream.Tenant);
        return [.. (await session.Events.FetchStreamAsync(stream.Id, token: ct)).Where(@event => @event.Sequence > after)];
    }

    private async Task Pump()
    {
        var position = _mark.Sequence;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _mark.Beyond(position, _stopping.Token);
                position = await Distribute(position, _mark.Sequence);
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

    private async Task<long> Distribute(long position, long mark)
    {
        foreach (var tenant in Followed().GroupBy(stream => stream.Tenant))
        {
            await using var session = _store.QuerySession(tenant.Key);
            string[] keys = [.. tenant.Select(stream => stream.Id)];
            for (var after = position; ;)
            {
                var page = await session.Events.QueryAllRawEvents()
                    .Where(@event => @event.Sequence > after && @event.Sequence <= mark && @event.StreamKey!.IsOneOf(keys))
                    .OrderBy(@event => @event.Sequence).Take(PageSize).ToListAsync(_stopping.Token);
                foreach (var @event in page)
                {
                    Hand(@event);
                }

                if (page.Count < PageSize)
                {
                    break;
                }

                after = page[^1].Sequence;
            }
        }

        return mark;
    }

    private Channel<IEvent> Enter(StreamKey stream)
    {
        var channel = Channel.CreateBounded<IEvent>(new BoundedChannelOptions(Backlog) { SingleReader = true });
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

    private void Leave(StreamKey stream, Channel<IEvent> channel)
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

    private void Hand(IEvent @event)
    {
        lock (_gate)
        {
            if (_followers.TryGetValue(new StreamKey(@event.TenantId, @event.StreamKey!), out var followers))
            {
                // One that is too slow: completing its channel sends the reader back to the log.
                followers.RemoveWhere(follower => !follower.Writer.TryWrite(@event) && follower.Writer.TryComplete());
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The live feed failed and goes on")]
    private partial void LogFailed(Exception exception);
}
