using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.EventLog.Reading;

/// <summary>
/// The newest events of the log, read and deserialised once for all who follow it on this silo, however many they are.
/// </summary>
internal sealed class LogTail(EventReader reader, EventTypes types) : IDisposable
{
    /// <summary>How many events are held.</summary>
    public const int Capacity = 4096;

    private readonly Entry[] _ring = new Entry[Capacity];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private long _first = 1;
    private long _last;

    /// <summary>The events after one sequence number up to and with another, or null for one who is too far behind for the tail.</summary>
    public async Task<IReadOnlyList<Entry>?> Range(long after, long until, CancellationToken ct)
    {
        if (Held(after, until) is { } held)
        {
            return held;
        }

        if (until - after > Capacity)
        {
            return null;
        }

        await _reading.WaitAsync(ct);
        try
        {
            if (_last > 0 && after < _first - 1)
            {
                return null;
            }

            if (until > _last)
            {
                var start = Math.Max(after, _last);
                Add(start, await reader.Range(start, until, null, ct));
            }

            return Held(after, until);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private List<Entry>? Held(long after, long until)
    {
        lock (_gate)
        {
            if (after < _first - 1 || until > _last)
            {
                return null;
            }

            var entries = new List<Entry>((int)Math.Max(0, until - after));
            for (var sequence = after + 1; sequence <= until; sequence++)
            {
                entries.Add(_ring[sequence % Capacity]);
            }

            return entries;
        }
    }

    private void Add(long start, IReadOnlyList<RecordedEvent> events)
    {
        lock (_gate)
        {
            if (start > _last)
            {
                _first = start + 1;
            }

            foreach (var recorded in events)
            {
                _ring[recorded.Sequence % Capacity] = new Entry(recorded, types);
                _last = recorded.Sequence;
            }

            _first = Math.Max(_first, _last - Capacity + 1);
        }
    }

    /// <summary>An event, deserialised by the first who asks for it.</summary>
    internal sealed class Entry(RecordedEvent recorded, EventTypes types)
    {
        private IEvent? _event;

        public RecordedEvent Recorded => recorded;

        public IEvent Event => Volatile.Read(ref _event) ?? Deserialize();

        private IEvent Deserialize()
        {
            var event_ = types.Deserialize(recorded);
            Volatile.Write(ref _event, event_);
            return event_;
        }
    }
}
