using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// Trees of depth at most 8 (256 samples each, the paper's choice), sixteen rows in one AVX-512 register. Every tree is padded to a
/// complete binary tree in heap order, so a row's node is a number and a level's thresholds are looked up by permuting registers, not
/// by memory. Rows are taken in blocks that stay in the first-level cache while one tree after the other passes over them.
/// </summary>
internal sealed class VectorTrees : PathLengths
{
    public const int MaxDepth = 8;
    private const int Lanes = 16;
    private const int GroupsPerStep = 4;
    private const int BlockBytes = 24 * 1024;
    private const int Nodes = 1 << MaxDepth;

    private readonly FeatureKeys _keys;
    private readonly LinkedTrees _fewRows;
    private readonly int _trees;
    private readonly float[] _threshold;
    private readonly int[] _feature;
    private readonly float[] _pathLength;

    public static bool IsSupported => Avx512F.IsSupported && Avx2.IsSupported;

    public VectorTrees(IReadOnlyList<IsolationTree> trees, FeatureKeys keys, LinkedTrees fewRows)
    {
        _keys = keys;
        _fewRows = fewRows;
        _trees = trees.Count;
        _threshold = new float[trees.Count * Nodes];
        _feature = new int[trees.Count * Nodes];
        _pathLength = new float[trees.Count * Nodes];
        for (var t = 0; t < trees.Count; t++) Pad(trees[t], t * Nodes, node: 0, heap: 1, depth: 0);
    }

    /// <summary>Copies a node to its heap place; below a leaf, everything goes left and ends with the leaf's path length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pad(IsolationTree tree, int offset, int node, int heap, int depth)
    {
        if (depth == MaxDepth)
        {
            _pathLength[offset + heap - Nodes] = tree.PathLength[node];
            return;
        }
        var isLeaf = tree.Feature[node] < 0;
        _threshold[offset + heap] = isLeaf ? float.PositiveInfinity : tree.Threshold[node];
        _feature[offset + heap] = Math.Max(tree.Feature[node], 0) * Lanes;
        Pad(tree, offset, isLeaf ? node : tree.Left[node], 2 * heap, depth + 1);
        Pad(tree, offset, isLeaf ? node : tree.Left[node] + 1, 2 * heap + 1, depth + 1);
    }

    public override void Sum(ReadOnlySpan<double> rows, Span<double> sums)
    {
        var features = _keys.Count;
        if (sums.Length < Lanes)
        {
            _fewRows.Sum(rows, sums);
            return;
        }
        var groupsPerBlock = GroupsPerStep * Math.Clamp(BlockBytes / (GroupsPerStep * features * Lanes * sizeof(float)), 1, 4);
        using var keys = new PooledBuffer<float>(groupsPerBlock * Lanes * features);
        using var totals = new PooledBuffer<double>(groupsPerBlock * Lanes);
        var (buffer, partial) = (keys.Array, totals.Array);
        for (var first = 0; first < sums.Length; first += groupsPerBlock * Lanes)
        {
            var count = Math.Min(groupsPerBlock * Lanes, sums.Length - first);
            Transpose(rows.Slice(first * features, count * features), count, buffer);
            totals.Span.Clear();
            // beyond the last group, old keys take part for nothing
            AddAllTrees(buffer, (count + Lanes - 1) / Lanes, partial);
            partial.AsSpan(0, count).CopyTo(sums[first..]);
        }
    }

    /// <summary>Keys in groups of sixteen rows, feature by feature; lanes beyond the last row keep old keys and are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transpose(ReadOnlySpan<double> rows, int count, float[] buffer)
    {
        var features = _keys.Count;
        var center = _keys.Center.AsSpan(0, features);
        var unit = _keys.Unit.AsSpan(0, features);
        for (var r = 0; r < count; r++)
        {
            var row = rows.Slice(r * features, features);
            var place = (r / Lanes * features * Lanes) + r % Lanes;
            for (var f = 0; f < row.Length; f++)
            {
                buffer[place] = (float)((row[f] - center[f]) * unit[f]);
                place += Lanes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void AddAllTrees(float[] buffer, int groups, double[] sums)
    {
        var stride = _keys.Count * Lanes;
        fixed (float* thresholds = _threshold, pathLengths = _pathLength, keys = buffer)
        fixed (int* features = _feature)
        fixed (double* total = sums)
        {
            for (var t = 0; t < _trees; t++)
            {
                for (var g = 0; g < groups; g += GroupsPerStep)
                    Walk(thresholds + t * Nodes, features + t * Nodes, pathLengths + t * Nodes, keys + g * stride,
                        stride, total + g * Lanes);
            }
        }
    }

    /// <summary>Takes four groups of rows through one tree at once: while one waits for its keys, the others move.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Walk(float* threshold, int* feature, float* pathLength, float* keysA, int stride, double* sums)
    {
        float* keysB = keysA + stride, keysC = keysB + stride, keysD = keysC + stride;
        var a = DescendFromRoot(threshold, feature, keysA);
        var b = DescendFromRoot(threshold, feature, keysB);
        var c = DescendFromRoot(threshold, feature, keysC);
        var d = DescendFromRoot(threshold, feature, keysD);
        var thresholds = Vector512.Load(threshold + 16);
        var features = Vector512.Load(feature + 16);
        a = Descend(a, Avx512F.PermuteVar16x32(thresholds, a), Avx512F.PermuteVar16x32(features, a), keysA);
        b = Descend(b, Avx512F.PermuteVar16x32(thresholds, b), Avx512F.PermuteVar16x32(features, b), keysB);
        c = Descend(c, Avx512F.PermuteVar16x32(thresholds, c), Avx512F.PermuteVar16x32(features, c), keysC);
        d = Descend(d, Avx512F.PermuteVar16x32(thresholds, d), Avx512F.PermuteVar16x32(features, d), keysD);
        a = Descend(a, Of32(threshold + 32, a), Of32(feature + 32, a), keysA);
        b = Descend(b, Of32(threshold + 32, b), Of32(feature + 32, b), keysB);
        c = Descend(c, Of32(threshold + 32, c), Of32(feature + 32, c), keysC);
        d = Descend(d, Of32(threshold + 32, d), Of32(feature + 32, d), keysD);
        a = Descend(a, Of64(threshold + 64, a), Of64(feature + 64, a), keysA);
        b = Descend(b, Of64(threshold + 64, b), Of64(feature + 64, b), keysB);
        c = Descend(c, Of64(threshold + 64, c), Of64(feature + 64, c), keysC);
        d = Descend(d, Of64(threshold + 64, d), Of64(feature + 64, d), keysD);
        a = Descend(a, Of128(threshold + 128, a), Of128(feature + 128, a), keysA);
        b = Descend(b, Of128(threshold + 128, b), Of128(feature + 128, b), keysB);
        c = Descend(c, Of128(threshold + 128, c), Of128(feature + 128, c), keysC);
        d = Descend(d, Of128(threshold + 128, d), Of128(feature + 128, d), keysD);
        AddPathLengths(pathLength, a, sums);
        AddPathLengths(pathLength, b, sums + Lanes);
        AddPathLengths(pathLength, c, sums + 2 * Lanes);
        AddPathLengths(pathLength, d, sums + 3 * Lanes);
    }

    /// <summary>
    /// The first four levels have so few nodes that loading the keys of all their features and choosing among them is faster than
    /// gathering each row's own.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<int> DescendFromRoot(float* threshold, int* feature, float* keys)
    {
        var thresholds = Vector512.Load(threshold);
        var right0 = Vector512.GreaterThan(Vector512.Load(keys + feature[1]), Vector512.Create(threshold[1]));
        var node = Child(Vector512<int>.One, right0);
        var keys1 = Vector512.ConditionalSelect(right0, Vector512.Load(keys + feature[3]), Vector512.Load(keys + feature[2]));
        var right1 = Vector512.GreaterThan(keys1, Avx512F.PermuteVar16x32(thresholds, node));
        node = Child(node, right1);
        var right2 = Vector512.GreaterThan(KeysOfFour(keys, feature + 4, right0, right1), Avx512F.PermuteVar16x32(thresholds, node));
        node = Child(node, right2);
        var keys3 = Vector512.ConditionalSelect(
            right0, KeysOfFour(keys, feature + 12, right1, right2), KeysOfFour(keys, feature + 8, right1, right2));
        return Child(node, Vector512.GreaterThan(keys3, Avx512F.PermuteVar16x32(thresholds, node)));
    }

    /// <summary>The keys of one of four nodes, told by the turns at the two levels above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> KeysOfFour(float* keys, int* feature, Vector512<float> high, Vector512<float> low) =>
        Vector512.ConditionalSelect(high,
            Vector512.ConditionalSelect(low, Vector512.Load(keys + feature[3]), Vector512.Load(keys + feature[2])),
            Vector512.ConditionalSelect(low, Vector512.Load(keys + feature[1]), Vector512.Load(keys + feature[0])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Child(Vector512<int> node, Vector512<float> goesRight) => node + node - goesRight.AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<int> Descend(Vector512<int> node, Vector512<float> threshold, Vector512<int> feature, float* keys)
    {
        var lane = Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        return Child(node, Vector512.GreaterThan(Gather(keys, feature + lane), threshold));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> Of32(float* table, Vector512<int> index) =>
        Avx512F.PermuteVar16x32x2(Vector512.Load(table), index, Vector512.Load(table + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<int> Of32(int* table, Vector512<int> index) =>
        Avx512F.PermuteVar16x32x2(Vector512.Load(table), index, Vector512.Load(table + 16));

    /// <summary>Of several registers, bit 5 and then bit 6 of the index choose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> Of64(float* table, Vector512<int> index) =>
        Vector512.ConditionalSelect(IsClear(index, 32).AsSingle(), Of32(table, index), Of32(table + 32, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<int> Of64(int* table, Vector512<int> index) =>
        Vector512.ConditionalSelect(IsClear(index, 32), Of32(table, index), Of32(table + 32, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> Of128(float* table, Vector512<int> index) =>
        Vector512.ConditionalSelect(IsClear(index, 64).AsSingle(), Of64(table, index), Of64(table + 64, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<int> Of128(int* table, Vector512<int> index) =>
        Vector512.ConditionalSelect(IsClear(index, 64), Of64(table, index), Of64(table + 64, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> IsClear(Vector512<int> index, int bit) =>
        Vector512.Equals(index & Vector512.Create(bit), Vector512<int>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> Gather(float* table, Vector512<int> index) =>
        Avx2.GatherVector256(table, index.GetLower(), 4).ToVector512Unsafe().WithUpper(Avx2.GatherVector256(table, index.GetUpper(), 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void AddPathLengths(float* pathLength, Vector512<int> leaf, double* sums)
    {
        var lengths = Gather(pathLength - Nodes, leaf);
        (Vector512.Load(sums) + Avx512F.ConvertToVector512Double(lengths.GetLower())).Store(sums);
        (Vector512.Load(sums + 8) + Avx512F.ConvertToVector512Double(lengths.GetUpper())).Store(sums + 8);
    }
}
