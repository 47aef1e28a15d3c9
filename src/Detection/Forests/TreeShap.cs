using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// Exact Shapley values of one tree's output in O(leaves · depth²), with absent features integrated out along the training samples'
/// paths: algorithm 2 of Lundberg, Erion and Lee 2018, "Consistent individualized feature attribution for tree ensembles".
/// </summary>
internal sealed class TreeShap
{
    private readonly IsolationTree _tree;
    private readonly float[] _keys;
    private readonly double[] _attribution;
    private readonly Step[] _path;

    [StructLayout(LayoutKind.Auto)]
    private struct Step
    {
        public int Feature;
        public double Zero;
        public double One;
        public double Weight;
    }

    private TreeShap(IsolationTree tree, float[] keys, double[] attribution)
    {
        (_tree, _keys, _attribution) = (tree, keys, attribution);
        // every depth keeps its own copy of the path
        _path = new Step[(tree.Depth + 2) * (tree.Depth + 3) / 2];
    }

    /// <summary>Adds the tree's Shapley values for the row with these keys to <paramref name="attribution"/>.</summary>
    public static void Add(IsolationTree tree, float[] keys, double[] attribution) =>
        new TreeShap(tree, keys, attribution).Visit(0, 0, 0, 0, 1, 1, -1);

    /// <summary>The tree's mean output over its training samples.</summary>
    public static double Expectation(IsolationTree tree)
    {
        var sum = 0.0;
        for (var node = 0; node < tree.Feature.Length; node++)
        {
            if (tree.Feature[node] < 0) sum += tree.PathLength[node] * (double)tree.Samples[node];
        }
        return sum / tree.Samples[0];
    }

    private void Visit(int node, int start, int parentStart, int depth, double zero, double one, int feature)
    {
        _path.AsSpan(parentStart, depth).CopyTo(_path.AsSpan(start));
        var path = _path.AsSpan(start, depth + 1);
        Extend(path, zero, one, feature);
        var split = _tree.Feature[node];
        if (split < 0)
        {
            Attribute(path, _tree.PathLength[node]);
            return;
        }
        var left = _tree.Left[node];
        var (hot, cold) = _keys[split] <= _tree.Threshold[node] ? (left, left + 1) : (left + 1, left);
        double zeroBefore = 1, oneBefore = 1;
        var length = depth + 1;
        var earlier = IndexOf(path, split);
        if (earlier >= 0)
        {
            (zeroBefore, oneBefore) = (path[earlier].Zero, path[earlier].One);
            Unwind(path, earlier);
            length--;
        }
        var next = start + depth + 1;
        double total = _tree.Samples[node];
        Visit(hot, next, start, length, zeroBefore * _tree.Samples[hot] / total, oneBefore, split);
        Visit(cold, next, start, length, zeroBefore * _tree.Samples[cold] / total, 0, split);
    }

    private static int IndexOf(ReadOnlySpan<Step> path, int feature)
    {
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i].Feature == feature) return i;
        }
        return -1;
    }

    private static void Extend(Span<Step> path, double zero, double one, int feature)
    {
        var last = path.Length - 1;
        path[last] = new Step { Feature = feature, Zero = zero, One = one, Weight = last == 0 ? 1 : 0 };
        for (var i = last - 1; i >= 0; i--)
        {
            path[i + 1].Weight += one * path[i].Weight * (i + 1) / (last + 1);
            path[i].Weight = zero * path[i].Weight * (last - i) / (last + 1);
        }
    }

    private static void Unwind(Span<Step> path, int index)
    {
        var last = path.Length - 1;
        var (zero, one) = (path[index].Zero, path[index].One);
        var carried = path[last].Weight;
        for (var i = last - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = path[i].Weight;
                path[i].Weight = carried * (last + 1) / ((i + 1) * one);
                carried = weight - path[i].Weight * zero * (last - i) / (last + 1);
            }
            else
            {
                path[i].Weight = path[i].Weight * (last + 1) / (zero * (last - i));
            }
        }
        for (var i = index; i < last; i++)
            (path[i].Feature, path[i].Zero, path[i].One) = (path[i + 1].Feature, path[i + 1].Zero, path[i + 1].One);
    }

    private void Attribute(ReadOnlySpan<Step> path, double output)
    {
        for (var i = 1; i < path.Length; i++)
            _attribution[path[i].Feature] += UnwoundSum(path, i) * (path[i].One - path[i].Zero) * output;
    }

    private static double UnwoundSum(ReadOnlySpan<Step> path, int index)
    {
        var last = path.Length - 1;
        var (zero, one) = (path[index].Zero, path[index].One);
        double carried = path[last].Weight, sum = 0;
        for (var i = last - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = carried * (last + 1) / ((i + 1) * one);
                sum += weight;
                carried = path[i].Weight - weight * zero * (last - i) / (last + 1);
            }
            else
            {
                sum += path[i].Weight * (last + 1) / (zero * (last - i));
            }
        }
        return sum;
    }
}
