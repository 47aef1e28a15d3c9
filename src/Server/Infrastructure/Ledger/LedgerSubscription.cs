using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using global::Marten;
using global::Marten.Subscriptions;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Ledger;

/// <summary>
/// Gives every event, tombstones apart, the next leaf of the tree, in the order of sequence numbers. The leaf is the event's export line
/// as it is stored. Leaves, tiles and the subscription's own progression are written in one transaction; the leaf index is unique, so
/// that of two owners one fails whatever the agents believe.
/// </summary>
internal sealed class LedgerSubscription : SubscriptionBase
{
    /// <summary>Under which name its progression is kept.</summary>
    public const string SubscriptionName = "ledger";

    private readonly NpgsqlDataSource _database;

    public LedgerSubscription(NpgsqlDataSource database)
    {
        _database = database;
        Name = SubscriptionName;
        Version = 1;
        Options.BatchSize = 1000;
        IncludeArchivedEvents = true;
    }

    /// <inheritdoc/>
    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        var (size, last) = await Reached(cancellationToken);
        var events = await Stored(Math.Max(last, page.SequenceFloor), page.SequenceCeiling, size, cancellationToken);
        if (events.Count == 0)
        {
            return NullChangeListener.Instance;
        }

        var hashes = new byte[events.Count][];
        Parallel.For(0, events.Count, i => hashes[i] = MerkleTree.LeafHash(ExportLine.Bytes(events[i])));
        operations.QueueSqlCommand(
            "insert into ledger_leaves (leaf, seq_id) select * from unnest(?::bigint[], ?::bigint[])",
            events.Select(recorded => recorded.Leaf!.Value).ToArray(), events.Select(recorded => recorded.Sequence).ToArray());
        foreach (var (level, n, bytes) in await TileGrowth.Append(size, hashes, (level, n) =>
            new StoredTiles(_database).Get(level, n, cancellationToken)))
        {
            operations.QueueSqlCommand(
                "insert into ledger_tiles (level, n, hashes) values (?, ?, ?) on conflict (level, n) do update set hashes = "
                    + "excluded.hashes", level, n, bytes);
        }

        return NullChangeListener.Instance;
    }

    private async Task<(long Size, long LastSequence)> Reached(CancellationToken ct)
    {
        await using var command = _database.CreateCommand("select leaf + 1, seq_id from ledger_leaves order by leaf desc limit 1");
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetInt64(0), reader.GetInt64(1)) : (0, 0);
    }

    private async Task<IReadOnlyList<RecordedEvent>> Stored(long after, long until, long size, CancellationToken ct)
    {
        var events = await new RecordedEventReader(_database).Page(new EventFilter { After = after, Until = until }, int.MaxValue, ct);
        return [.. events.Select((recorded, i) => recorded with { Leaf = size + i })];
    }
}
