using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// Trees of any depth on any processor. All nodes stand in one array; a leaf is its own child, so a walk is a fixed number of steps
/// without branches, and four rows walk side by side to hide the latency of memory.
/// </summary>
internal sealed class LinkedTrees : PathLengths
{
    private const int StackKeys = 512;
    private readonly Node[] _nodes;
    private readonly float[] _pathLength;
    private readonly (int Root, int Depth)[] _trees;
    private readonly FeatureKeys _keys;

    [StructLayout(LayoutKind.Sequential)]
    private struct Node
    {
        public float Threshold;
        public int Feature;
        public int Left;
    }

    public LinkedTrees(IReadOnlyList<IsolationTree> trees, FeatureKeys keys)
    {
        _keys = keys;
        var total = trees.Sum(t => t.Feature.Length);
        _nodes = new Node[total];
        _pathLength = new float[total];
        _trees = new (int, int)[trees.Count];
        var root = 0;
        for (var t = 0; t < trees.Count; t++)
        {
            var tree = trees[t];
            _trees[t] = (root, tree.Depth);
            for (var i = 0; i < tree.Feature.Length; i++)
            {
                var isLeaf = tree.Feature[i] < 0;
                _nodes[root + i] = new Node
                {
                    Threshold = isLeaf ? float.PositiveInfinity : tree.Threshold[i],
                    Feature = Math.Max(tree.Feature[i], 0),
                    Left = root + (isLeaf ? i : tree.Left[i]),
                };
                _pathLength[root + i] = tree.PathLength[i];
            }
            root += tree.Feature.Length;
        }
    }

    [SkipLocalsInit]
    public override void Sum(ReadOnlySpan<double> rows, Span<double> sums)
    {
        var features = _keys.Count;
        Span<float> keys = features * 4 <= StackKeys ? stackalloc float[features * 4] : new float[features * 4];
        for (var first = 0; first < sums.Length; first += 4)
        {
            var count = Math.Min(4, sums.Length - first);
            for (var r = 0; r < count; r++) _keys.Keys(rows.Slice((first + r) * features, features), keys.Slice(r * features, features));
            if (count == 4) SumFour(keys, sums.Slice(first, 4));
            else
            {
                for (var r = 0; r < count; r++) sums[first + r] = SumOne(keys.Slice(r * features, features));
            }
        }
    }

    /// <summary>Every tree is independent of the others, so the walks of one row overlap in the processor by themselves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double SumOne(ReadOnlySpan<float> keys)
    {
        ref var key = ref MemoryMarshal.GetReference(keys);
        ref var nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        var sum = 0.0;
        foreach (var (root, depth) in _trees)
        {
            var node = root;
            for (var step = 0; step < depth; step++) node = Next(ref nodes, node, ref key);
            sum += _pathLength[node];
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumFour(ReadOnlySpan<float> keys, Span<double> sums)
    {
        var features = _keys.Count;
        ref var key0 = ref MemoryMarshal.GetReference(keys);
        ref var key1 = ref Unsafe.Add(ref key0, features);
        ref var key2 = ref Unsafe.Add(ref key1, features);
        ref var key3 = ref Unsafe.Add(ref key2, features);
        ref var nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        foreach (var (root, depth) in _trees)
        {
            int node0 = root, node1 = root, node2 = root, node3 = root;
            for (var step = 0; step < depth; step++)
            {
                node0 = Next(ref nodes, node0, ref key0);
                node1 = Next(ref nodes, node1, ref key1);
                node2 = Next(ref nodes, node2, ref key2);
                node3 = Next(ref nodes, node3, ref key3);
            }
            sum0 += _pathLength[node0];
            sum1 += _pathLength[node1];
            sum2 += _pathLength[node2];
            sum3 += _pathLength[node3];
        }
        (sums[0], sums[1], sums[2], sums[3]) = (sum0, sum1, sum2, sum3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(ref Node nodes, int index, ref float keys)
    {
        ref var node = ref Unsafe.Add(ref nodes, index);
        return node.Left + (Unsafe.Add(ref keys, node.Feature) > node.Threshold ? 1 : 0);
    }
}
