using Npgsql;

namespace EventSourcedAnomaly.Ledger.Database;

/// <summary>
/// Re-derives the tree from the events of a database and compares it with the tiles, and with checkpoints of any age, above all
/// with those that were kept elsewhere.
/// </summary>
/// <param name="database">The database of the log.</param>
/// <param name="key">The log's public key; null to leave signatures unchecked.</param>
public sealed class DatabaseVerification(NpgsqlDataSource database, VerifierKey? key)
{
    private const int PageSize = 1000;
    private const int MaxFindings = 1000;
    private readonly List<Finding> _findings = [];
    private readonly StoredTiles _tiles = new(database);
    private readonly CompactTree _tree = new();
    private (long N, byte[] Hashes) _tile = (-1, []);

    /// <summary>How many events of the ledger were read.</summary>
    public long Events => _tree.Size;

    /// <summary>Verifies everything.</summary>
    /// <param name="kept">Checkpoints that were kept outside of the database.</param>
    /// <param name="progress">Told how many events were read.</param>
    /// <param name="ct">Stops the verification.</param>
    /// <returns>What was found; nothing when the log is whole.</returns>
    public async Task<IReadOnlyList<Finding>> Run(IReadOnlyList<Checkpoint> kept, IProgress<long>? progress, CancellationToken ct)
    {
        var checkpoints = (await Stored(ct)).Concat(kept).OrderBy(checkpoint => checkpoint.Size).ToList();
        if (await Walk(checkpoints, progress, ct))
        {
            foreach (var beyond in checkpoints.Where(checkpoint => checkpoint.Size > Events).Take(1))
            {
                Add(null, $"The log ends after {Events} events, but a checkpoint was signed over {beyond.Size}: it was truncated.");
            }
        }

        await VerifyMembership(ct);
        await VerifyStreams(ct);
        return _findings;
    }

    private async Task<bool> Walk(List<Checkpoint> checkpoints, IProgress<long>? progress, CancellationToken ct)
    {
        var next = 0;
        while (_findings.Count < MaxFindings)
        {
            var page = await Page(ct);
            foreach (var (leaf, sequence, recorded) in page)
            {
                if (leaf != Events)
                {
                    Add(null, $"The ledger lists no event for leaf {Events}; the next one it lists is {leaf}.");
                    return false;
                }

                if (recorded is null)
                {
                    Add(sequence, $"Event {sequence} is missing.");
                    return false;
                }

                await VerifyLeaf(recorded, ct);
                next = VerifyRoots(checkpoints, next, sequence);
            }

            progress?.Report(Events);
            if (page.Count < PageSize)
            {
                return true;
            }
        }

        return false;
    }

    private async Task<List<(long Leaf, long Sequence, RecordedEvent? Recorded)>> Page(CancellationToken ct)
    {
        await using var command = database.CreateCommand($"""
            select {RecordedEventReader.Columns}, l.leaf, l.seq_id
              from ledger_leaves l left join mt_events e on e.seq_id = l.seq_id where l.leaf >= $1 order by l.leaf limit {PageSize}
            """);
        command.Parameters.Add(new() { Value = Events });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var page = new List<(long, long, RecordedEvent?)>();
        while (await reader.ReadAsync(ct))
        {
            page.Add((reader.GetInt64(13), reader.GetInt64(14), reader.IsDBNull(0) ? null : RecordedEventReader.Read(reader)));
        }

        return page;
    }

    private async Task VerifyLeaf(RecordedEvent recorded, CancellationToken ct)
    {
        var hash = MerkleTree.LeafHash(ExportLine.Bytes(recorded));
        var tile = await Tile(Events / Tiles.Width, ct);
        var at = (int)(Events % Tiles.Width) * MerkleTree.HashLength;
        if (at + MerkleTree.HashLength <= tile.Length && !tile.AsSpan(at, MerkleTree.HashLength).SequenceEqual(hash))
        {
            Add(recorded.Sequence, $"Event {recorded.Sequence} ({recorded.Type} of stream {recorded.Stream}) is not what was integrated "
                + "into the ledger: it was altered or moved.");
        }

        _tree.Append(hash);
    }

    private int VerifyRoots(List<Checkpoint> checkpoints, int next, long sequence)
    {
        for (; next < checkpoints.Count && checkpoints[next].Size == Events; next++)
        {
            if (!_tree.Root().AsSpan().SequenceEqual(checkpoints[next].Root) && _findings.Count == 0)
            {
                var before = checkpoints.Take(next).LastOrDefault(checkpoint => checkpoint.Size < Events)?.Size ?? 0;
                Add(sequence, $"The first {Events} events are not those that a checkpoint was signed over: something among leaves "
                    + $"{before} to {Events - 1} was rewritten, and the tiles with it.");
            }
        }

        return next;
    }

    private async Task<byte[]> Tile(long n, CancellationToken ct)
    {
        if (_tile.N != n)
        {
            _tile = (n, await _tiles.Get(0, n, ct) ?? []);
        }

        return _tile.Hashes;
    }

    private async Task<List<Checkpoint>> Stored(CancellationToken ct)
    {
        await using var command = database.CreateCommand("select size, note from ledger_checkpoints order by size");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var checkpoints = new List<Checkpoint>();
        while (await reader.ReadAsync(ct))
        {
            try
            {
                checkpoints.Add(Checkpoint.Parse(reader.GetString(1), key));
            }
            catch (FormatException e)
            {
                Add(null, $"The stored checkpoint over {reader.GetInt64(0)} events: {e.Message}");
            }
        }

        return checkpoints;
    }

    // The ledger gives leaves in the order of sequence numbers, so whatever lies behind its last one and has none was slipped in.
    private async Task VerifyMembership(CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            select e.seq_id, e.type, e.stream_id from mt_events e
             where e.type <> 'tombstone' and e.seq_id < (select max(seq_id) from ledger_leaves)
               and not exists (select 1 from ledger_leaves l where l.seq_id = e.seq_id) order by e.seq_id limit 100
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            Add(reader.GetInt64(0), $"Event {reader.GetInt64(0)} ({reader.GetString(1)} of stream {reader.GetString(2)}) is not in the "
                + "ledger, though later events are: it was slipped in.");
        }
    }

    private async Task VerifyStreams(CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            select seq_id, stream_id, version, coalesce(before + 1, 1) from (
                select seq_id, stream_id, version, lag(version) over (partition by tenant_id, stream_id order by seq_id) as before
                  from mt_events where type <> 'tombstone') e
             where version <> coalesce(before + 1, 1) order by seq_id limit 100
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            Add(reader.GetInt64(0), $"Event {reader.GetInt64(0)} has version {reader.GetInt64(2)} in stream {reader.GetString(1)}, where "
                + $"{reader.GetInt64(3)} comes next.");
        }
    }

    private void Add(long? sequence, string message) => _findings.Add(new Finding(sequence, message));
}
