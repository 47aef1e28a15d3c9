using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.EventLog.Append;

/// <summary>An append that a batch stores: the first sequence number and the version of each stream before it.</summary>
internal readonly record struct Accepted(PendingAppend Append, long FirstSequence, long[] VersionsBefore);

/// <summary>
/// Decides, without any I/O, which appends of a batch are stored and where. Each append succeeds or conflicts on its own;
/// a later append of the batch sees the versions that an earlier one leaves.
/// </summary>
internal sealed class BatchPlan
{
    private readonly Dictionary<StreamKey, long> _versions;

    private BatchPlan(long head, Dictionary<StreamKey, long> versions)
    {
        Head = head;
        _versions = versions;
    }

    /// <summary>The head of the log after the batch.</summary>
    public long Head { get; private set; }

    /// <summary>What is stored, in order.</summary>
    public List<Accepted> Accepted { get; } = [];

    /// <summary>What is not stored, and why.</summary>
    public List<(PendingAppend Append, Exception Reason)> Rejected { get; } = [];

    /// <summary>What was stored before, under the same event ids.</summary>
    public List<(PendingAppend Append, AppendResult Result)> Duplicates { get; } = [];

    /// <summary>Plans a batch against what the database holds.</summary>
    /// <param name="batch">The appends, in the order of their arrival.</param>
    /// <param name="head">The last sequence number of the log.</param>
    /// <param name="versions">The version of every stream of the batch that exists; archived ones as <see cref="long.MaxValue"/>.</param>
    /// <param name="stored">Events of the batch that are in the log already.</param>
    public static BatchPlan Make(
        IReadOnlyList<PendingAppend> batch, long head, Dictionary<StreamKey, long> versions, IReadOnlyDictionary<Guid, StoredEvent> stored)
    {
        var plan = new BatchPlan(head, versions);
        var ids = new HashSet<Guid>();
        foreach (var append in batch)
        {
            plan.Place(append, stored, ids);
        }

        return plan;
    }

    /// <summary>Where every stream of a batch stands if each is where the first append to it expects.</summary>
    public static Dictionary<StreamKey, long> Beliefs(IReadOnlyList<PendingAppend> batch)
    {
        var believed = new Dictionary<StreamKey, long>();
        foreach (var stream in batch.SelectMany(append => append.Request.Streams))
        {
            believed.TryAdd(stream.Stream, stream.ExpectedVersion);
        }

        return believed;
    }

    private void Place(PendingAppend append, IReadOnlyDictionary<Guid, StoredEvent> stored, HashSet<Guid> ids)
    {
        var streams = append.Request.Streams;
        if (stored.Count > 0 && FindDuplicate(append, stored) is { } duplicate)
        {
            Duplicates.Add((append, duplicate));
            return;
        }

        foreach (var data in streams.SelectMany(stream => stream.Events))
        {
            if (stored.ContainsKey(data.Id) || !ids.Add(data.Id))
            {
                Rejected.Add((append, new EventIdReusedException(data.Id)));
                return;
            }
        }

        var before = new long[streams.Count];
        for (var i = 0; i < streams.Count; i++)
        {
            before[i] = _versions.GetValueOrDefault(streams[i].Stream);
            if (before[i] == long.MaxValue || (streams[i].ExpectedVersion >= 0 && streams[i].ExpectedVersion != before[i]))
            {
                Rejected.Add((append, new VersionConflictException(streams[i].Stream, streams[i].ExpectedVersion, before[i])));
                return;
            }
        }

        Accepted.Add(new Accepted(append, Head + 1, before));
        for (var i = 0; i < streams.Count; i++)
        {
            _versions[streams[i].Stream] = before[i] + streams[i].Events.Count;
        }

        Head += append.Request.EventCount;
    }

    private static AppendResult? FindDuplicate(PendingAppend append, IReadOnlyDictionary<Guid, StoredEvent> stored)
    {
        long first = long.MaxValue, last = 0, version = 0;
        DateTimeOffset timestamp = default;
        foreach (var stream in append.Request.Streams)
        {
            foreach (var data in stream.Events)
            {
                if (!stored.TryGetValue(data.Id, out var event_) || event_.Stream != stream.Stream)
                {
                    return null;
                }

                first = Math.Min(first, event_.Sequence);
                last = Math.Max(last, event_.Sequence);
                timestamp = event_.Timestamp;
                version = ReferenceEquals(stream, append.Request.Streams[0]) ? event_.Version : version;
            }
        }

        return new AppendResult(first, last, version, timestamp, Duplicate: true);
    }
}

/// <summary>Where an event of a repeated append already stands.</summary>
internal readonly record struct StoredEvent(StreamKey Stream, long Sequence, long Version, DateTimeOffset Timestamp);
