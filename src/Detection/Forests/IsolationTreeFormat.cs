using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>The stored form of a tree. Path lengths and the samples of inner nodes follow from the rest and are not stored.</summary>
internal static class IsolationTreeFormat
{
    /// <summary>More than the logarithm of any number of samples.</summary>
    private const int MaxDepth = 64;

    public static void Write(ModelWriter writer, IsolationTree tree)
    {
        var inner = new List<float>();
        var leaves = new List<int>();
        var feature = new List<int>();
        Visit(0);
        writer.Array<int>(feature.ToArray());
        writer.Array<float>(inner.ToArray());
        writer.Array<int>(leaves.ToArray());

        void Visit(int node)
        {
            feature.Add(tree.Feature[node]);
            if (tree.Feature[node] < 0)
            {
                leaves.Add(tree.Samples[node]);
                return;
            }
            inner.Add(tree.Threshold[node]);
            Visit(tree.Left[node]);
            Visit(tree.Left[node] + 1);
        }
    }

    public static IsolationTree Read(ref ModelReader reader, int featureCount)
    {
        var features = reader.Array<int>();
        // the walks over the trees do not check it again
        if (Array.Exists(features, f => f < -1 || f >= featureCount))
            throw new InvalidDataException("a tree asks for a feature that there is not");
        var thresholds = reader.Array<float>();
        var leafSamples = reader.Array<int>();
        var count = features.Length;
        var tree = new IsolationTreeBuilder(features, thresholds, leafSamples, count);
        return tree.Build();
    }

    /// <summary>Replays the preorder in which a tree was written.</summary>
    private sealed class IsolationTreeBuilder(int[] preorder, float[] thresholds, int[] leafSamples, int count)
    {
        private readonly int[] _feature = new int[count], _left = new int[count], _samples = new int[count];
        private readonly float[] _threshold = new float[count], _pathLength = new float[count];
        private int _read, _innerRead, _leavesRead, _used = 1;

        public IsolationTree Build()
        {
            Node(0, 0);
            return new IsolationTree(_feature, _threshold, _left, _samples, _pathLength);
        }

        private void Node(int node, int depth)
        {
            if (depth > MaxDepth) throw new InvalidDataException($"a tree is deeper than {MaxDepth}");
            _feature[node] = preorder[_read++];
            if (_feature[node] < 0)
            {
                _threshold[node] = float.PositiveInfinity;
                _samples[node] = leafSamples[_leavesRead++];
                _pathLength[node] = (float)(depth + IsolationTree.AveragePathLength(_samples[node]));
                return;
            }
            _threshold[node] = thresholds[_innerRead++];
            var left = _left[node] = _used;
            _used += 2;
            Node(left, depth + 1);
            Node(left + 1, depth + 1);
            _samples[node] = _samples[left] + _samples[left + 1];
        }
    }
}
