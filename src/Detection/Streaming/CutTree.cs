using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// One robust random cut tree (Guha, Mishra, Roy, Schrijvers 2016): every box is cut along a dimension drawn in proportion to its
/// extent. Inserting and forgetting a point leave the tree distributed as if it had been grown from the remaining points. Equal points
/// share a leaf.
/// </summary>
internal sealed class CutTree
{
    private const int None = -1;

    [StructLayout(LayoutKind.Sequential)]
    private struct Node
    {
        public int Parent, Left, Right, Mass, Dimension;
    }

    private readonly int _dimensions;
    private readonly Node[] _nodes;
    private readonly double[] _cuts;
    // per node: least, then greatest value of each dimension
    private readonly double[] _boxes;
    // the box around the node and the point that an insertion last looked at
    private readonly double[] _united;
    private readonly int[] _free;
    private int _freeCount;
    private int _root = None;
    private ulong _random;

    /// <param name="points">Points held at the same time, at most.</param>
    /// <param name="dimensions">Values of a point.</param>
    /// <param name="random">Any number; decides every cut.</param>
    public CutTree(int points, int dimensions, ulong random)
    {
        (_dimensions, _random) = (dimensions, random);
        _nodes = new Node[2 * points];
        _cuts = new double[2 * points];
        _boxes = new double[2 * points * 2 * dimensions];
        _united = new double[2 * dimensions];
        _free = [.. Enumerable.Range(0, 2 * points)];
        _freeCount = _free.Length;
    }

    /// <summary>Adds a point and returns its leaf.</summary>
    public int Insert(ReadOnlySpan<double> point)
    {
        if (_root == None) return _root = NewLeaf(point, None);
        for (var node = _root; ;)
        {
            if (IsLeaf(node) && point.SequenceEqual(Least(node)))
            {
                _nodes[node].Mass++;
                return node;
            }
            var (dimension, cut) = DrawCut(node, point);
            var below = point[dimension] <= cut && cut < Least(node)[dimension];
            var above = point[dimension] > cut && cut >= Greatest(node)[dimension];
            if (below || above) return Branch(node, point, dimension, cut, below);
            _united.CopyTo(Box(node));
            _nodes[node].Mass++;
            node = point[_nodes[node].Dimension] <= _cuts[node] ? _nodes[node].Left : _nodes[node].Right;
        }
    }

    /// <summary>Takes one point of a leaf out.</summary>
    public void Forget(int leaf)
    {
        var parent = _nodes[leaf].Parent;
        if (_nodes[leaf].Mass > 1)
        {
            for (var node = leaf; node != None; node = _nodes[node].Parent) _nodes[node].Mass--;
            return;
        }
        _free[_freeCount++] = leaf;
        if (parent == None)
        {
            _root = None;
            return;
        }
        var sibling = Sibling(leaf, parent);
        var grandparent = _nodes[parent].Parent;
        Replace(grandparent, parent, sibling);
        _free[_freeCount++] = parent;
        var shrinking = true;
        for (var node = grandparent; node != None; node = _nodes[node].Parent)
        {
            _nodes[node].Mass--;
            shrinking = shrinking && Shrink(node, Least(leaf));
        }
    }

    /// <summary>
    /// The collusive displacement of a leaf: the largest ratio, over the leaf and its ancestors, of the points that would move up to
    /// the points that would have to leave.
    /// </summary>
    /// <returns>The ratio and the dimension whose cut sets those points apart; 0 and 0 for a lone leaf.</returns>
    public (double Displacement, int Dimension) Displacement(int leaf)
    {
        var best = (Displacement: 0.0, Dimension: 0);
        for (var node = leaf; _nodes[node].Parent is not None and var parent; node = parent)
        {
            var ratio = (_nodes[parent].Mass - _nodes[node].Mass) / (double)_nodes[node].Mass;
            if (ratio > best.Displacement) best = (ratio, _nodes[parent].Dimension);
        }
        return best;
    }

    /// <summary>Points in the tree.</summary>
    public int Mass => _root == None ? 0 : _nodes[_root].Mass;

    public void Write(ModelWriter writer)
    {
        writer.Array(_nodes);
        writer.Array(_cuts);
        writer.Array(_boxes);
        writer.Array(_free);
        writer.Int(_freeCount);
        writer.Int(_root);
        writer.Array([_random]);
    }

    public void Read(ref ModelReader reader)
    {
        reader.Array<Node>().CopyTo(_nodes, 0);
        reader.Array<double>().CopyTo(_cuts, 0);
        reader.Array<double>().CopyTo(_boxes, 0);
        reader.Array<int>().CopyTo(_free, 0);
        _freeCount = reader.Int();
        _root = reader.Int();
        _random = reader.Array<ulong>()[0];
    }

    private Span<double> Box(int node) => _boxes.AsSpan(node * 2 * _dimensions, 2 * _dimensions);

    private Span<double> Least(int node) => _boxes.AsSpan(node * 2 * _dimensions, _dimensions);

    private Span<double> Greatest(int node) => _boxes.AsSpan((node * 2 + 1) * _dimensions, _dimensions);

    private bool IsLeaf(int node) => _nodes[node].Left == None;

    private int Sibling(int node, int parent) => _nodes[parent].Left == node ? _nodes[parent].Right : _nodes[parent].Left;

    private int NewLeaf(ReadOnlySpan<double> point, int parent)
    {
        var leaf = _free[--_freeCount];
        _nodes[leaf] = new Node { Parent = parent, Left = None, Right = None, Mass = 1 };
        point.CopyTo(Least(leaf));
        point.CopyTo(Greatest(leaf));
        return leaf;
    }

    /// <summary>A cut of the box around node and point, which stays in <c>_united</c>: uniform over the sum of its extents.</summary>
    private (int Dimension, double Cut) DrawCut(int node, ReadOnlySpan<double> point)
    {
        Unite(Box(node), point, point, _united);
        ReadOnlySpan<double> lows = _united.AsSpan(0, point.Length), highs = _united.AsSpan(point.Length);
        var total = 0.0;
        for (var d = 0; d < lows.Length; d++) total += highs[d] - lows[d];
        var at = NextDouble() * total;
        for (var d = 0; ; d++)
        {
            var (low, high) = (lows[d], highs[d]);
            // rounding may carry the cut to the end of the last extent, where it would part nothing
            if (at < high - low || (d == point.Length - 1 && high > low)) return (d, low + at < high ? low + at : low);
            if (d == point.Length - 1) return Widest(lows, highs);
            at -= high - low;
        }
    }

    private static (int Dimension, double Cut) Widest(ReadOnlySpan<double> lows, ReadOnlySpan<double> highs)
    {
        var (widest, extent) = (0, -1.0);
        for (var d = 0; d < lows.Length; d++)
        {
            if (highs[d] - lows[d] > extent) (widest, extent) = (d, highs[d] - lows[d]);
        }
        return (widest, lows[widest]);
    }

    private int Branch(int node, ReadOnlySpan<double> point, int dimension, double cut, bool below)
    {
        var parent = _nodes[node].Parent;
        var branch = _free[--_freeCount];
        var leaf = NewLeaf(point, branch);
        _nodes[branch] = new Node
        {
            Parent = parent,
            Left = below ? leaf : node,
            Right = below ? node : leaf,
            Mass = _nodes[node].Mass + 1,
            Dimension = dimension,
        };
        _cuts[branch] = cut;
        _united.CopyTo(Box(branch));
        Replace(parent, node, branch);
        _nodes[node].Parent = branch;
        return leaf;
    }

    private void Replace(int parent, int child, int by)
    {
        _nodes[by].Parent = parent;
        if (parent == None) _root = by;
        else if (_nodes[parent].Left == child) _nodes[parent].Left = by;
        else _nodes[parent].Right = by;
    }

    /// <summary>The box around a box and what lies between two corners, which may be one point.</summary>
    private static void Unite(ReadOnlySpan<double> box, ReadOnlySpan<double> least, ReadOnlySpan<double> greatest, Span<double> united)
    {
        var (dimensions, lanes) = (least.Length, Vector256<double>.Count);
        ReadOnlySpan<double> lows = box[..dimensions], highs = box.Slice(dimensions, dimensions);
        Span<double> unitedLows = united[..dimensions], unitedHighs = united.Slice(dimensions, dimensions);
        var d = 0;
        for (; d + lanes <= dimensions; d += lanes)
        {
            Vector256.Min(Vector256.Create(lows[d..]), Vector256.Create(least[d..])).CopyTo(unitedLows[d..]);
            Vector256.Max(Vector256.Create(highs[d..]), Vector256.Create(greatest[d..])).CopyTo(unitedHighs[d..]);
        }
        for (; d < dimensions; d++)
        {
            unitedLows[d] = Math.Min(lows[d], least[d]);
            unitedHighs[d] = Math.Max(highs[d], greatest[d]);
        }
    }

    /// <summary>Fits the box to the children again; false when the point was inside, so that no ancestor's box can change.</summary>
    private bool Shrink(int node, ReadOnlySpan<double> point)
    {
        if (!Touches(Box(node), point)) return false;
        Unite(Box(_nodes[node].Left), Least(_nodes[node].Right), Greatest(_nodes[node].Right), Box(node));
        return true;
    }

    private static bool Touches(ReadOnlySpan<double> box, ReadOnlySpan<double> point)
    {
        ReadOnlySpan<double> least = box[..point.Length], greatest = box.Slice(point.Length, point.Length);
        for (var d = 0; d < point.Length; d++)
        {
            if (point[d] == least[d] || point[d] == greatest[d]) return true;
        }
        return false;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): one word of state to store.</summary>
    private double NextDouble()
    {
        var z = _random += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
