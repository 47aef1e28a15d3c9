using EventSourcedAnomaly.EventLog.Archive;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Ledger;

/// <summary>Something in a log that is not as it was.</summary>
/// <param name="Sequence">The sequence number of the event, where one can be named.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record Finding(long? Sequence, string Message);

/// <summary>
/// Re-derives the tree from the events of a database and compares it with the tiles, and with checkpoints of any age, above all
/// with those that were kept elsewhere.
/// </summary>
public sealed class DatabaseVerification(NpgsqlDataSource database, VerifierKey? key)
{
    private const int PageSize = 1000;
    private const int MostFindings = 1000;
    private readonly List<Finding> _findings = [];
    private readonly Tiles _tiles = new(database);
    private readonly CompactTree _tree = new();

    /// <summary>How many events were read.</summary>
    public long Events => _tree.Size;

    /// <summary>The ranges that were taken out of the database, of which the tree's hashes were taken as they are: their files have to be verified by themselves.</summary>
    public IReadOnlyList<Partition> Archived { get; private set; } = [];

    /// <summary>Verifies everything.</summary>
    /// <param name="kept">Checkpoints that were kept outside of the database.</param>
    /// <param name="progress">Told how many events were read.</param>
    /// <param name="ct">Stops the verification.</param>
    /// <returns>What was found; nothing when the log is whole.</returns>
    public async Task<IReadOnlyList<Finding>> Run(IReadOnlyList<Checkpoint> kept, IProgress<long>? progress, CancellationToken ct)
    {
        var checkpoints = (await Stored(ct)).Concat(kept).OrderBy(checkpoint => checkpoint.Size).ToList();
        Archived = await Partition.Archived(database, ct);
        await Walk(checkpoints, progress, ct);
        foreach (var beyond in checkpoints.Where(checkpoint => checkpoint.Size > Events).Take(1))
        {
            Add(Events + 1, $"The log ends after event {Events}, but a checkpoint was signed over {beyond.Size} events: it was truncated.");
        }

        await VerifyStreams(ct);
        return _findings;
    }

    private async Task Walk(List<Checkpoint> checkpoints, IProgress<long>? progress, CancellationToken ct)
    {
        var reader = new EventReader(database);
        var archived = new Queue<Partition>(Archived);
        var next = 0;
        while (_findings.Count < MostFindings)
        {
            while (archived.TryPeek(out var gone) && gone.First == Events + 1)
            {
                next = await TakeHashes(archived.Dequeue(), checkpoints, next, ct);
            }

            var until = archived.TryPeek(out var ahead) ? ahead.First - 1 : long.MaxValue;
            var page = await reader.Page(new EventFilter { After = Events, Until = until }, PageSize, ct);
            foreach (var recorded in page)
            {
                if (recorded.Sequence != Events + 1)
                {
                    Add(Events + 1, recorded.Sequence == Events + 2 ? $"Event {Events + 1} is missing." : $"Events {Events + 1} to {recorded.Sequence - 1} are missing.");
                    return;
                }

                await VerifyLeaf(recorded, ct);
                next = VerifyRoots(checkpoints, next);
            }

            progress?.Report(Events);
            if (page.Count < PageSize && (ahead is null || Events < until))
            {
                return;
            }
        }
    }

    private async Task VerifyLeaf(RecordedEvent recorded, CancellationToken ct)
    {
        var hash = MerkleTree.LeafHash(ExportLine.Bytes(recorded));
        var index = recorded.Sequence - 1;
        var tile = await Tile(index / Tiles.Width, ct);
        var at = (int)(index % Tiles.Width) * MerkleTree.HashLength;
        if (at + MerkleTree.HashLength <= tile.Length && !tile.AsSpan(at, MerkleTree.HashLength).SequenceEqual(hash))
        {
            Add(recorded.Sequence, $"Event {recorded.Sequence} ({recorded.Type} of stream {recorded.Stream}) is not what was integrated into the ledger: it was altered or moved.");
        }

        _tree.Append(hash);
    }

    // Of events that were moved into a file the tree knows the hashes: the checkpoints behind them can still be held against it.
    private async Task<int> TakeHashes(Partition gone, List<Checkpoint> checkpoints, int next, CancellationToken ct)
    {
        while (Events < gone.Last)
        {
            var tile = await Tile(Events / Tiles.Width, ct);
            var at = (int)(Events % Tiles.Width) * MerkleTree.HashLength;
            if (at + MerkleTree.HashLength > tile.Length)
            {
                Add(Events + 1, $"The tree holds no hash of the archived event {Events + 1}.");
                return next;
            }

            _tree.Append(tile.AsSpan(at, MerkleTree.HashLength).ToArray());
            next = VerifyRoots(checkpoints, next);
        }

        return next;
    }

    private int VerifyRoots(List<Checkpoint> checkpoints, int next)
    {
        for (; next < checkpoints.Count && checkpoints[next].Size == Events; next++)
        {
            if (!_tree.Root().AsSpan().SequenceEqual(checkpoints[next].Root) && _findings.Count == 0)
            {
                var before = checkpoints.Take(next).LastOrDefault(checkpoint => checkpoint.Size < Events)?.Size ?? 0;
                Add(before + 1, $"The first {Events} events are not those that a checkpoint was signed over: something among events {before + 1} to {Events} was rewritten, and the tiles with it.");
            }
        }

        return next;
    }

    private (long N, byte[] Hashes) _current = (-1, []);

    private async Task<byte[]> Tile(long n, CancellationToken ct)
    {
        if (_current.N != n)
        {
            _current = (n, await _tiles.Get(0, n, ct) ?? []);
        }

        return _current.Hashes;
    }

    private async Task<List<Checkpoint>> Stored(CancellationToken ct)
    {
        await using var command = database.CreateCommand("select size, note from esa_ledger_checkpoints order by size");
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

    private async Task VerifyStreams(CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            select seq_id, stream_id, version, coalesce(before + 1, 1) from (
                select seq_id, stream_id, version, lag(version) over (partition by tenant_id, stream_id order by seq_id) as before from mt_events) e
             where version <> coalesce(before + 1, case when $1 then version else 1 end) order by seq_id limit 100
            """);
        command.Parameters.Add(new() { Value = Archived.Count > 0 });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            Add(reader.GetInt64(0), $"Event {reader.GetInt64(0)} has version {reader.GetInt64(2)} in stream {reader.GetString(1)}, where {reader.GetInt64(3)} comes next.");
        }
    }

    private void Add(long? sequence, string message) => _findings.Add(new Finding(sequence, message));
}

/// <summary>The right edge of a growing tree: enough for its root, in memory that grows with the logarithm of its size.</summary>
public sealed class CompactTree
{
    private readonly List<(int Level, byte[] Hash)> _edge = [];

    /// <summary>How many leaves there are.</summary>
    public long Size { get; private set; }

    /// <summary>Adds the hash of a leaf.</summary>
    public void Append(byte[] leafHash)
    {
        var (level, hash) = (0, leafHash);
        while (_edge.Count > 0 && _edge[^1].Level == level)
        {
            hash = MerkleTree.NodeHash(_edge[^1].Hash, hash);
            level++;
            _edge.RemoveAt(_edge.Count - 1);
        }

        _edge.Add((level, hash));
        Size++;
    }

    /// <summary>The root over all leaves so far.</summary>
    public byte[] Root()
    {
        if (_edge.Count == 0)
        {
            return System.Security.Cryptography.SHA256.HashData([]);
        }

        var root = _edge[^1].Hash;
        for (var i = _edge.Count - 2; i >= 0; i--)
        {
            root = MerkleTree.NodeHash(_edge[i].Hash, root);
        }

        return root;
    }
}
