using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>Events to deliver, and how far the log has been looked through for them.</summary>
internal readonly record struct Page(Delivery[] Deliveries, long Reached);

/// <summary>
/// Reads the log for one subscription. Near the head it shares what the silo's other subscriptions read; far behind it reads
/// and deserialises several pages ahead, each a range of sequence numbers: in a log without gaps their bounds are known
/// before they are read.
/// </summary>
internal sealed class PageReader(ISubscription subscription, EventStore store) : IAsyncDisposable
{
    private const int Near = 1000;
    private const int PagesAhead = 3;
    private const int PageSize = 2000;
    private const int LongestRange = 64 * PageSize;
    private readonly HashSet<string>? _types = subscription is IRecordedProjection ? null : [.. store.Types.NamesOf(subscription.EventTypes)];
    private readonly Queue<Task<Page>> _ahead = new();
    private readonly CancellationTokenSource _stopping = new();
    private long _planned;
    private long _range = PageSize;

    /// <summary>The next page after a position, which is where the page before it reached; empty when there is none up to <paramref name="head"/>.</summary>
    public async Task<Page> Next(long position, long head, CancellationToken ct)
    {
        if (_ahead.Count == 0)
        {
            _planned = position;
            if (head - position <= Near && await ReadTail(position, head, ct) is { } tail)
            {
                return tail;
            }
        }

        while (_ahead.Count < PagesAhead && _planned < head)
        {
            var (after, until) = (_planned, Math.Min(head, _planned + _range));
            _ahead.Enqueue(Task.Run(() => Read(after, until, _stopping.Token), ct));
            _planned = until;
        }

        var page = await _ahead.Dequeue().WaitAsync(ct);
        Widen(page.Deliveries.Length);
        return page;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await ((Task)Task.WhenAll(_ahead)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    // Of events that few subscriptions want, a wide range of the log makes one page.
    private void Widen(int found) => _range = found switch
    {
        < PageSize / 4 => Math.Min(LongestRange, _range * 2),
        > PageSize * 2 => Math.Max(PageSize, _range / 2),
        _ => _range,
    };

    private async Task<Page?> ReadTail(long position, long head, CancellationToken ct)
    {
        if (head <= position)
        {
            return new Page([], position);
        }

        var entries = await store.Tail.Range(position, head, ct);
        return entries is null
            ? null
            : new Page([.. entries.Where(entry => Wants(entry.Recorded)).Select(entry => Deliver(entry.Recorded, () => entry.Event))], head);
    }

    private async Task<Page> Read(long after, long until, CancellationToken ct)
    {
        var events = await store.Events.Range(after, until, _types, ct);
        return new Page([.. events.Select(recorded => Deliver(recorded, () => store.Types.Deserialize(recorded)))], until);
    }

    private bool Wants(RecordedEvent recorded) => _types is null || _types.Contains(recorded.Type);

    private Delivery Deliver(RecordedEvent recorded, Func<IEvent> typed)
    {
        try
        {
            return new Delivery(recorded, _types is null ? Untyped.Instance : typed());
        }
        catch (Exception e) when (e is not UnknownEventTypeException)
        {
            return new Delivery(recorded, new Unreadable(e));
        }
    }

    /// <summary>Stands for an event whose type nobody asks for.</summary>
    private sealed record Untyped : IEvent
    {
        public static Untyped Instance { get; } = new();
    }
}

/// <summary>Stands for an event that could not be deserialised, until it is its turn to be parked.</summary>
internal sealed record Unreadable(Exception Reason) : IEvent;
