using System.Security.Cryptography;

namespace EventSourcedAnomaly.Ledger;

/// <summary>
/// Gives the hash of a perfect subtree: that over the leaves <c>index·2^level</c> to <c>(index+1)·2^level − 1</c>.
/// </summary>
public delegate ValueTask<byte[]> PerfectSubtree(int level, long index);

/// <summary>
/// The Merkle tree of RFC 6962, section 2.1: SHA-256, leaves hashed behind a zero byte, nodes behind a one. Hashes are 32 bytes.
/// </summary>
public static class MerkleTree
{
    /// <summary>The length of a hash in bytes.</summary>
    public const int HashLength = 32;

    /// <summary>The hash of a leaf.</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(entry);
        return hash.GetHashAndReset();
    }

    /// <summary>The hash of a node.</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * HashLength)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashLength)..]);
        return SHA256.HashData(input);
    }

    /// <summary>The root of the tree over the first leaves.</summary>
    /// <param name="size">How many leaves; 0 gives the hash of nothing.</param>
    /// <param name="subtree">Where hashes of perfect subtrees come from.</param>
    public static async ValueTask<byte[]> Root(long size, PerfectSubtree subtree) =>
        size == 0 ? SHA256.HashData([]) : await Range(0, size, subtree);

    /// <summary>The audit path of a leaf, from the leaf's sibling upward (section 2.1.1).</summary>
    /// <param name="index">The leaf, from 0.</param>
    /// <param name="size">The size of the tree, above <paramref name="index"/>.</param>
    /// <param name="subtree">Where hashes of perfect subtrees come from.</param>
    public static async ValueTask<IReadOnlyList<byte[]>> InclusionProof(long index, long size, PerfectSubtree subtree)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<byte[]>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            if (index < middle)
            {
                path.Add(await Range(middle, end, subtree));
                end = middle;
            }
            else
            {
                path.Add(await Range(start, middle, subtree));
                start = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>The proof that a tree is a prefix of a larger one (section 2.1.2).</summary>
    /// <param name="from">The size of the smaller tree, 1 or more.</param>
    /// <param name="to">The size of the larger tree.</param>
    /// <param name="subtree">Where hashes of perfect subtrees come from.</param>
    public static async ValueTask<IReadOnlyList<byte[]>> ConsistencyProof(long from, long to, PerfectSubtree subtree)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        var proof = new List<byte[]>();
        var (start, end, whole) = (0L, to, true);
        while (from != end)
        {
            var middle = start + Split(end - start);
            if (from <= middle)
            {
                proof.Add(await Range(middle, end, subtree));
                end = middle;
            }
            else
            {
                proof.Add(await Range(start, middle, subtree));
                start = middle;
                whole = false;
            }
        }

        if (!whole)
        {
            proof.Add(await Range(start, end, subtree));
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>
    /// The root that a leaf and its audit path lead to (RFC 9162, section 2.1.3.2), or null when the path does not fit the place.
    /// </summary>
    public static byte[]? RootOf(byte[] leafHash, long index, long size, IReadOnlyList<byte[]> path)
    {
        if (index < 0 || index >= size)
        {
            return null;
        }

        var (node, last, hash) = (index, size - 1, leafHash);
        foreach (var sibling in path)
        {
            if (last == 0)
            {
                return null;
            }

            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling, hash);
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 ? hash : null;
    }

    /// <summary>Whether a consistency proof leads from one root to another (RFC 9162, section 2.1.4.2).</summary>
    public static bool IsConsistent(long from, byte[] fromRoot, long to, byte[] toRoot, IReadOnlyList<byte[]> proof)
    {
        if (from == to)
        {
            return proof.Count == 0 && fromRoot.AsSpan().SequenceEqual(toRoot);
        }

        if (from < 1 || from > to || proof.Count == 0)
        {
            return false;
        }

        IReadOnlyList<byte[]> path = long.IsPow2(from) ? [fromRoot, .. proof] : proof;
        var (node, last) = (from - 1, to - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        var (first, second) = (path[0], path[0]);
        foreach (var hash in path.Skip(1))
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                (first, second) = (NodeHash(hash, first), NodeHash(hash, second));
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                second = NodeHash(second, hash);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && first.AsSpan().SequenceEqual(fromRoot) && second.AsSpan().SequenceEqual(toRoot);
    }

    // Every range that is asked for here begins at a multiple of the power of two it splits at, so its left part is perfect.
    private static async ValueTask<byte[]> Range(long start, long end, PerfectSubtree subtree)
    {
        var length = end - start;
        if (long.IsPow2(length))
        {
            return await subtree((int)long.Log2(length), start / length);
        }

        var middle = start + Split(length);
        var left = await Range(start, middle, subtree);
        var right = await Range(middle, end, subtree);
        return NodeHash(left, right);
    }

    private static long Split(long length) => 1L << (int)long.Log2(length - 1);
}
