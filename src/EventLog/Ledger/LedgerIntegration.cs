using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Subscriptions;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Ledger;

/// <summary>
/// Adds every event to the tree in the order of the log. The sequence number minus one is the index of the leaf; the leaf is the
/// event's export line.
/// </summary>
public sealed class LedgerIntegration : IRecordedProjection
{
    /// <summary>Under which name its progression is kept.</summary>
    public const string Shard = "ledger:All";

    /// <inheritdoc/>
    public string Name => "ledger";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [];

    /// <inheritdoc/>
    public async Task Project(IReadOnlyList<RecordedEvent> events, NpgsqlConnection connection, CancellationToken ct)
    {
        var hashes = new byte[events.Count][];
        Parallel.For(0, events.Count, i => hashes[i] = MerkleTree.LeafHash(ExportLine.Bytes(events[i])));
        var index = await Integrated(connection, ct);
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].Sequence != index + i + 1)
            {
                throw new InvalidDataException($"The log has a gap before event {events[i].Sequence}; the ledger stops there.");
            }
        }

        await Append(0, index, hashes, connection, ct);
    }

    private static async Task<long> Integrated(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select last_seq_id from mt_event_progression where name = $1", connection)
        {
            Parameters = { new() { Value = Shard } },
        };
        return (long?)await command.ExecuteScalarAsync(ct) ?? 0;
    }

    private static async Task Append(int level, long index, IReadOnlyList<byte[]> hashes, NpgsqlConnection connection, CancellationToken ct)
    {
        var (n, filled) = (index / Tiles.Width, (int)(index % Tiles.Width));
        var tile = new byte[Tiles.Width * MerkleTree.HashLength];
        if (filled > 0)
        {
            (await Load(level, n, connection, ct)).AsSpan(0, filled * MerkleTree.HashLength).CopyTo(tile);
        }

        var full = new List<byte[]>();
        var firstFull = n;
        foreach (var hash in hashes)
        {
            hash.CopyTo(tile, filled++ * MerkleTree.HashLength);
            if (filled == Tiles.Width)
            {
                await Store(level, n++, tile, filled, connection, ct);
                full.Add(Tiles.Fold(tile, 0, Tiles.Width));
                filled = 0;
            }
        }

        if (filled > 0)
        {
            await Store(level, n, tile, filled, connection, ct);
        }

        if (full.Count > 0)
        {
            await Append(level + 1, firstFull, full, connection, ct);
        }
    }

    private static async Task<byte[]> Load(int level, long n, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select hashes from esa_ledger_tiles where level = $1 and n = $2", connection)
        {
            Parameters = { new() { Value = level }, new() { Value = n } },
        };
        return (byte[]?)await command.ExecuteScalarAsync(ct) ?? throw new InvalidDataException($"Tile {level}/{n} of the ledger is missing.");
    }

    private static async Task Store(int level, long n, byte[] tile, int filled, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            insert into esa_ledger_tiles (level, n, hashes) values ($1, $2, $3) on conflict (level, n) do update set hashes = excluded.hashes
            """, connection)
        {
            Parameters = { new() { Value = level }, new() { Value = n }, new() { Value = tile[..(filled * MerkleTree.HashLength)] } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }
}
