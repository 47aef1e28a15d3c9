using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// Grows one isolation tree (algorithm 2 of Liu, Ting and Zhou 2008): split on a random feature that still varies, at a threshold
/// uniform between its least and greatest key, until a sample is alone or the depth limit is reached.
/// </summary>
internal sealed class IsolationTreeGrowth
{
    private readonly float[] _keys;
    private readonly int _count;
    private readonly int _depthLimit;
    private readonly int[] _candidates;
    private readonly RandomSource _random;
    private readonly int[] _order;
    private readonly List<int> _feature = [], _left = [], _samples = [];
    private readonly List<float> _threshold = [], _pathLength = [];

    /// <param name="keys">Keys of the sample, feature by feature: <c>[feature * count + i]</c>.</param>
    /// <param name="count">Samples.</param>
    /// <param name="candidates">The features the tree may use.</param>
    /// <param name="depthLimit">Depth at which growth stops.</param>
    /// <param name="random">The tree's own stream.</param>
    private IsolationTreeGrowth(float[] keys, int count, int[] candidates, int depthLimit, RandomSource random)
    {
        (_keys, _count, _candidates, _depthLimit, _random) = (keys, count, [.. candidates], depthLimit, random);
        _order = new int[count];
        for (var i = 0; i < count; i++) _order[i] = i;
    }

    public static IsolationTree Grow(float[] keys, int count, int[] candidates, int depthLimit, RandomSource random)
    {
        var growth = new IsolationTreeGrowth(keys, count, candidates, depthLimit, random);
        growth.AddNode();
        growth.Split(node: 0, first: 0, count, depth: 0);
        return new IsolationTree(
            [.. growth._feature], [.. growth._threshold], [.. growth._left], [.. growth._samples], [.. growth._pathLength]);
    }

    private int AddNode()
    {
        _feature.Add(-1);
        _threshold.Add(float.PositiveInfinity);
        _left.Add(0);
        _samples.Add(0);
        _pathLength.Add(0);
        return _feature.Count - 1;
    }

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

    private (float Least, float Greatest) Range(int feature, int first, int count)
    {
        var keys = _keys.AsSpan(feature * _count, _count);
        float least = float.PositiveInfinity, greatest = float.NegativeInfinity;
        foreach (var i in _order.AsSpan(first, count))
        {
            var key = keys[i];
            if (key < least) least = key;
            if (key > greatest) greatest = key;
        }
        return (least, greatest);
    }

    private int Partition(int first, int count, int feature, float threshold)
    {
        var keys = _keys.AsSpan(feature * _count, _count);
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
