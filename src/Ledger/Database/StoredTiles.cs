using Npgsql;

namespace EventSourcedAnomaly.Ledger.Database;

/// <summary>The tiles of the tree as the database holds them.</summary>
/// <param name="database">The database of the log.</param>
public sealed class StoredTiles(NpgsqlDataSource database)
{
    /// <summary>The hashes of a tile as far as they are stored, one after the other; null when there is none.</summary>
    public async Task<byte[]?> Get(int level, long n, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select hashes from ledger_tiles where level = $1 and n = $2");
        command.Parameters.Add(new() { Value = level });
        command.Parameters.Add(new() { Value = n });
        return (byte[]?)await command.ExecuteScalarAsync(ct);
    }

    /// <summary>Perfect subtrees out of the stored tiles.</summary>
    public PerfectSubtree Subtrees(CancellationToken ct) => Tiles.Subtrees((level, n) => Get(level, n, ct));
}
