using EventSourcedAnomaly.Ledger;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>Decides, without any I/O, which appends of a batch are stored. Each succeeds or conflicts on its own.</summary>
/// <param name="Accepted">What is stored, in order. What was stored before under the same event ids is in neither.</param>
/// <param name="Rejected">What is not stored, and why.</param>
internal sealed record CommitPlan(IReadOnlyList<PendingAppend> Accepted, IReadOnlyDictionary<PendingAppend, Exception> Rejected)
{
    /// <summary>Plans a batch against what the database holds.</summary>
    /// <param name="batch">The appends, in the order of their arrival.</param>
    /// <param name="versions">The version of every stream of the batch that exists.</param>
    /// <param name="stored">The streams of those events of the batch that are in the log already.</param>
    public static CommitPlan Make(
        IReadOnlyList<PendingAppend> batch, IReadOnlyDictionary<StreamKey, long> versions, IReadOnlyDictionary<Guid, StreamKey> stored)
    {
        var (accepted, rejected, ids) = (new List<PendingAppend>(), new Dictionary<PendingAppend, Exception>(), new HashSet<Guid>());
        foreach (var append in batch)
        {
            if (stored.Count > 0 && append.Request.Streams.All(stream =>
                stream.EventIds.All(id => stored.TryGetValue(id, out var key) && key == stream.Stream)))
            {
                continue;
            }

            if (Refuse(append, versions, stored, ids) is { } reason)
            {
                rejected[append] = reason;
            }
            else
            {
                accepted.Add(append);
            }
        }

        return new CommitPlan(accepted, rejected);
    }

    private static Exception? Refuse(
        PendingAppend append, IReadOnlyDictionary<StreamKey, long> versions, IReadOnlyDictionary<Guid, StreamKey> stored, HashSet<Guid> ids)
    {
        foreach (var id in append.Request.Streams.SelectMany(stream => stream.EventIds))
        {
            if (stored.ContainsKey(id) || !ids.Add(id))
            {
                return new EventIdReusedException(id);
            }
        }

        foreach (var stream in append.Request.Streams)
        {
            var actual = versions.GetValueOrDefault(stream.Stream);
            if (actual != stream.ExpectedVersion)
            {
                return new VersionConflictException(stream.Stream, stream.ExpectedVersion, actual);
            }
        }

        return null;
    }
}
