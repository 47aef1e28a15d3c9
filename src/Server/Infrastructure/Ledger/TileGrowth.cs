using EventSourcedAnomaly.Ledger;

namespace EventSourcedAnomaly.Server.Infrastructure.Ledger;

/// <summary>What becomes of the tiles of a tree when leaves are added to it.</summary>
internal static class TileGrowth
{
    /// <summary>The tiles that are new or grow, each with all of its hashes.</summary>
    /// <param name="size">How many leaves the tree has.</param>
    /// <param name="leafHashes">The hashes of the leaves to add.</param>
    /// <param name="get">Reads a tile as far as it is stored.</param>
    /// <exception cref="InvalidDataException">A tile that the tree needs is missing.</exception>
    public static async Task<IReadOnlyList<(int Level, long N, byte[] Hashes)>> Append(
        long size, IReadOnlyList<byte[]> leafHashes, Func<int, long, Task<byte[]?>> get)
    {
        var grown = new List<(int, long, byte[])>();
        var (level, index, hashes) = (0, size, leafHashes);
        while (hashes.Count > 0)
        {
            var (n, filled) = (index / Tiles.Width, (int)(index % Tiles.Width));
            var tile = new byte[Tiles.Width * MerkleTree.HashLength];
            if (filled > 0)
            {
                var stored = await get(level, n) ?? throw new InvalidDataException($"Tile {level}/{n} of the ledger is missing.");
                stored.AsSpan(0, filled * MerkleTree.HashLength).CopyTo(tile);
            }

            var (firstFull, full) = (n, new List<byte[]>());
            foreach (var hash in hashes)
            {
                hash.CopyTo(tile, filled++ * MerkleTree.HashLength);
                if (filled == Tiles.Width)
                {
                    grown.Add((level, n++, tile.ToArray()));
                    full.Add(Tiles.Fold(tile, 0, Tiles.Width));
                    filled = 0;
                }
            }

            if (filled > 0)
            {
                grown.Add((level, n, tile[..(filled * MerkleTree.HashLength)]));
            }

            (level, index, hashes) = (level + 1, firstFull, full);
        }

        return grown;
    }
}
