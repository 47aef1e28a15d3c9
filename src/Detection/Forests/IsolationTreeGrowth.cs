using System.Runtime.CompilerServices;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// Grows one isolation tree (algorithm 2 of Liu, Ting and Zhou 2008): split on a random feature that still varies, at a threshold
/// uniform between its least and greatest key, until a sample is alone or the depth limit is reached.
/// </summary>
internal sealed class IsolationTreeGrowth
{
    private readonly float[] _keys;
    private readonly int _features;
    private readonly int _depthLimit;
    private readonly int[] _candidates;
    private readonly RandomSource _random;
    private readonly int[] _order;
    private readonly int[] _feature, _left, _samples;
    private readonly float[] _threshold, _pathLength;
    private int _nodes;

    private IsolationTreeGrowth(float[] keys, int count, int features, int[] candidates, int depthLimit, RandomSource random)
    {
        (_keys, _features, _candidates, _depthLimit, _random) = (keys, features, [.. candidates], depthLimit, random);
        _order = new int[count];
        for (var i = 0; i < count; i++) _order[i] = i * features;
        // every cut leaves at least one sample on either side
        var most = 2 * count;
        (_feature, _left, _samples) = (new int[most], new int[most], new int[most]);
        (_threshold, _pathLength) = (new float[most], new float[most]);
    }

    /// <param name="keys">Keys of the sample, row by row: <c>[i * features + feature]</c>.</param>
    /// <param name="count">Samples.</param>
    /// <param name="features">Features of a sample.</param>
    /// <param name="candidates">The features the tree may use.</param>
    /// <param name="depthLimit">Depth at which growth stops.</param>
    /// <param name="random">The tree's own stream.</param>
    public static IsolationTree Grow(float[] keys, int count, int features, int[] candidates, int depthLimit, RandomSource random)
    {
        var growth = new IsolationTreeGrowth(keys, count, features, candidates, depthLimit, random);
        growth.AddNode();
        growth.Split(node: 0, first: 0, count, depth: 0);
        var nodes = growth._nodes;
        return new IsolationTree(
            growth._feature[..nodes], growth._threshold[..nodes], growth._left[..nodes], growth._samples[..nodes],
            growth._pathLength[..nodes]);
    }

    private int AddNode()
    {
        (_feature[_nodes], _threshold[_nodes]) = (-1, float.PositiveInfinity);
        return _nodes++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Split(int node, int first, int count, int depth)
    {
        _samples[node] = count;
        if (count <= 1 || depth >= _depthLimit || !TryChooseCut(first, count, out var feature, out var threshold))
        {
            _pathLength[node] = (float)(depth + IsolationTree.AveragePathLength(count));
            return;
        }
        var leftCount = Partition(first, count, feature, threshold);
        _feature[node] = feature;
        _threshold[node] = threshold;
        var left = _left[node] = AddNode();
        AddNode();
        Split(left, first, leftCount, depth + 1);
        Split(left + 1, first + leftCount, count - leftCount, depth + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryChooseCut(int first, int count, out int feature, out float threshold)
    {
        for (var remaining = _candidates.Length; remaining > 0; remaining--)
        {
            var pick = _random.Next(remaining);
            feature = _candidates[pick];
            var (least, greatest) = Range(feature, first, count);
            if (greatest > least)
            {
                threshold = (float)(least + _random.NextDouble() * ((double)greatest - least));
                // rounding up to the greatest key would leave the right side empty
                if (threshold >= greatest) threshold = least;
                return true;
            }
            // features found constant are set aside for this node
            (_candidates[pick], _candidates[remaining - 1]) = (_candidates[remaining - 1], feature);
        }
        (feature, threshold) = (-1, 0);
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (float Least, float Greatest) Range(int feature, int first, int count)
    {
        var keys = _keys.AsSpan(feature);
        float least = float.PositiveInfinity, greatest = float.NegativeInfinity;
        foreach (var i in _order.AsSpan(first, count))
        {
            var key = keys[i];
            if (key < least) least = key;
            if (key > greatest) greatest = key;
        }
        return (least, greatest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Partition(int first, int count, int feature, float threshold)
    {
        var keys = _keys.AsSpan(feature);
        var order = _order.AsSpan(first, count);
        var left = 0;
        for (var i = 0; i < count; i++)
        {
            if (keys[order[i]] > threshold) continue;
            (order[left], order[i]) = (order[i], order[left]);
            left++;
        }
        return left;
    }
}
