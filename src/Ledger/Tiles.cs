using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Ledger;

/// <summary>
/// The tiles of the tree, in the sense of C2SP tlog-tiles: a tile of level L holds up to 256 hashes of perfect subtrees of
/// 2^(8·L) leaves.
/// </summary>
public static class Tiles
{
    /// <summary>How many hashes a full tile holds.</summary>
    public const int Width = 256;

    private const int Height = 8;

    /// <summary>Perfect subtrees out of tiles; each tile is read once however many hashes are asked of it.</summary>
    /// <param name="get">Reads the hashes of a tile by its level and number, as far as they are stored; null when there is none.</param>
    public static PerfectSubtree Subtrees(Func<int, long, Task<byte[]?>> get)
    {
        var read = new Dictionary<(int, long), byte[]>();
        return async (level, index) =>
        {
            var (tileLevel, within) = (level / Height, level % Height);
            var first = index << within;
            var key = (tileLevel, first / Width);
            if (!read.TryGetValue(key, out var tile))
            {
                read[key] = tile = await get(key.tileLevel, key.Item2)
                    ?? throw new InvalidDataException($"Tile {tileLevel}/{first / Width} of the ledger is missing.");
            }

            return Fold(tile, (int)(first % Width), 1 << within);
        };
    }

    /// <summary>The path of a tile's number in tlog-tiles: groups of three digits, all but the last behind an <c>x</c>.</summary>
    public static string PathOf(long n)
    {
        var path = new StringBuilder((n % 1000).ToString("000", CultureInfo.InvariantCulture));
        for (n /= 1000; n > 0; n /= 1000)
        {
            path.Insert(0, string.Create(CultureInfo.InvariantCulture, $"x{n % 1000:000}/"));
        }

        return path.ToString();
    }

    /// <summary>Reads such a path, which may end in <c>.p/W</c> for the first W hashes of a tile.</summary>
    /// <returns>The number and the width, or null when it is no such path.</returns>
    public static (long N, int Width)? Parse(string path)
    {
        var width = Width;
        if (path.IndexOf(".p/", StringComparison.Ordinal) is >= 0 and var partial)
        {
            if (!int.TryParse(path.AsSpan(partial + 3), NumberStyles.None, CultureInfo.InvariantCulture, out width)
                || width is < 1 or >= Width)
            {
                return null;
            }

            path = path[..partial];
        }

        return long.TryParse(path.Replace("x", string.Empty).Replace("/", string.Empty), NumberStyles.None, CultureInfo.InvariantCulture,
            out var n) && PathOf(n) == path
            ? (n, width)
            : null;
    }

    /// <summary>The root of a perfect subtree of hashes within a tile.</summary>
    public static byte[] Fold(ReadOnlySpan<byte> tile, int first, int count)
    {
        if (tile.Length < (first + count) * MerkleTree.HashLength)
        {
            throw new InvalidDataException("A tile of the ledger holds fewer hashes than the tree has.");
        }

        if (count == 1)
        {
            return tile.Slice(first * MerkleTree.HashLength, MerkleTree.HashLength).ToArray();
        }

        return MerkleTree.NodeHash(Fold(tile, first, count / 2), Fold(tile, first + (count / 2), count / 2));
    }
}
