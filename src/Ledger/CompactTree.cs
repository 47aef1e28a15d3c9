using System.Security.Cryptography;

namespace EventSourcedAnomaly.Ledger;

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
            return SHA256.HashData([]);
        }

        var root = _edge[^1].Hash;
        for (var i = _edge.Count - 2; i >= 0; i--)
        {
            root = MerkleTree.NodeHash(_edge[i].Hash, root);
        }

        return root;
    }
}
