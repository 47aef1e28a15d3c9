using System.Buffers.Binary;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Ledger;

/// <summary>
/// The transparency log over the events: signed tree heads, tiles, entry bundles and proofs, in the formats of C2SP, so that
/// tools that are not ours can verify it.
/// </summary>
internal sealed class EventLedger(NpgsqlDataSource database, RecordedEventReader events, LedgerKey key, TimeProvider time)
{
    private const int MaxEntryLength = ushort.MaxValue;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>The stored tiles of the tree.</summary>
    public StoredTiles Tiles { get; } = new(database);

    /// <summary>What a verifier needs.</summary>
    public VerifierKey Key => key.Verifier;

    /// <summary>The newest signed tree head, made now if events came since the last.</summary>
    /// <param name="atLeast">A sequence number that it has to cover; it is waited for.</param>
    /// <param name="ct">Stops the wait.</param>
    /// <exception cref="TimeoutException">The tree does not reach so far in time.</exception>
    public async Task<(Checkpoint Checkpoint, string Note)> Current(long atLeast, CancellationToken ct)
    {
        var size = await WaitForSize(atLeast, ct);
        if (await Stored(size, ct) is { } known)
        {
            return (Checkpoint.Parse(known, null), known);
        }

        var checkpoint = new Checkpoint(key.Name, size, await MerkleTree.Root(size, Tiles.Subtrees(ct)));
        var note = checkpoint.Sign(key);
        await using var command =
            database.CreateCommand("insert into ledger_checkpoints (size, root, note) values ($1, $2, $3) on conflict do nothing");
        command.Parameters.Add(new() { Value = size });
        command.Parameters.Add(new() { Value = checkpoint.Root });
        command.Parameters.Add(new() { Value = note });
        await command.ExecuteNonQueryAsync(ct);
        return (checkpoint, note);
    }

    /// <summary>How many events the tree holds.</summary>
    public async Task<long> Size(CancellationToken ct) => (await Last(ct)).Size;

    /// <summary>The proof that an event is in the log.</summary>
    /// <param name="sequence">The event's sequence number.</param>
    /// <param name="ct">Stops the wait for the ledger to reach it.</param>
    /// <exception cref="TimeoutException">The tree does not reach so far in time.</exception>
    public async Task<LogProof> Prove(long sequence, CancellationToken ct)
    {
        var (checkpoint, note) = await Current(sequence, ct);
        await using var command = database.CreateCommand("select leaf from ledger_leaves where seq_id = $1");
        command.Parameters.Add(new() { Value = sequence });
        var leaf = (long?)await command.ExecuteScalarAsync(ct)
            ?? throw new InvalidDataException($"Event {sequence} has no leaf in the ledger.");
        return new LogProof(leaf, await MerkleTree.InclusionProof(leaf, checkpoint.Size, Tiles.Subtrees(ct)), note);
    }

    /// <summary>The proof that the tree of one size is a prefix of that of another.</summary>
    public async Task<IReadOnlyList<byte[]>> Consistency(long from, long to, CancellationToken ct) =>
        await MerkleTree.ConsistencyProof(from, to, Tiles.Subtrees(ct));

    /// <summary>An entry bundle of tlog-tiles: export lines, each behind its length as two bytes, big-endian.</summary>
    /// <param name="n">The number of the level-0 tile whose entries these are.</param>
    /// <param name="width">How many of them.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <returns>The bundle, or null when the tree does not hold them all.</returns>
    /// <exception cref="InvalidDataException">An entry is longer than the format can carry.</exception>
    public async Task<byte[]?> Entries(long n, int width, CancellationToken ct)
    {
        var first = n * EventSourcedAnomaly.Ledger.Tiles.Width;
        if (first + width > await Size(ct))
        {
            return null;
        }

        var bundle = new MemoryStream();
        var length = new byte[2];
        var found = 0;
        foreach (var recorded in await events.OfLeaves(first, width, ct))
        {
            var line = ExportLine.Bytes(recorded);
            if (line.Length > MaxEntryLength)
            {
                throw new InvalidDataException(
                    $"Event {recorded.Sequence} is {line.Length} bytes long; an entry bundle carries at most {MaxEntryLength}.");
            }

            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)line.Length);
            found++;
            bundle.Write(length);
            bundle.Write(line);
        }

        return found == width ? bundle.ToArray() : null;
    }

    private async Task<long> WaitForSize(long atLeast, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var (size, sequence) = await Last(ct);
            if (sequence >= atLeast && size > 0)
            {
                return size;
            }

            if (time.GetElapsedTime(started) > Timeout)
            {
                throw new TimeoutException($"The ledger holds events up to {sequence}; {atLeast} was asked for.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), time, ct);
        }
    }

    private async Task<(long Size, long Sequence)> Last(CancellationToken ct)
    {
        await using var command = database.CreateCommand("select leaf + 1, seq_id from ledger_leaves order by leaf desc limit 1");
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetInt64(0), reader.GetInt64(1)) : (0, 0);
    }

    private async Task<string?> Stored(long size, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select note from ledger_checkpoints where size = $1 and note like $2");
        command.Parameters.Add(new NpgsqlParameter { Value = size });
        command.Parameters.Add(new NpgsqlParameter { Value = $"{key.Name}\n%" });
        return (string?)await command.ExecuteScalarAsync(ct);
    }
}
