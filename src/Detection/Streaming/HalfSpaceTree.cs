using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// One complete tree in heap order: the children of node i are 2i+1 and 2i+2.
/// Masses are counted for a reference window and for the latest one.
/// </summary>
internal sealed class HalfSpaceTree
{
    private readonly int _height;
    private readonly int[] _feature;
    private readonly double[] _cut;
    private int[] _reference;
    private int[] _latest;

    private HalfSpaceTree(int height, int[] feature, double[] cut, int[] reference, int[] latest) =>
        (_height, _feature, _cut, _reference, _latest) = (height, feature, cut, reference, latest);

    /// <summary>
    /// Draws a work space around the data (section 3.1 of the paper: centre s, reach 2·max(s, 1-s) in units of the range) and halves a
    /// random feature of it at every inner node.
    /// </summary>
    public static HalfSpaceTree Grow(int height, double[] least, double[] greatest, RandomSource random)
    {
        var low = new double[least.Length];
        var high = new double[least.Length];
        for (var f = 0; f < least.Length; f++)
        {
            var range = greatest[f] > least[f] ? greatest[f] - least[f] : 1;
            var centre = random.NextDouble();
            var reach = 2 * Math.Max(centre, 1 - centre);
            low[f] = least[f] + (centre - reach) * range;
            high[f] = least[f] + (centre + reach) * range;
        }
        var nodes = (1 << (height + 1)) - 1;
        var tree = new HalfSpaceTree(height, new int[nodes / 2], new double[nodes / 2], new int[nodes], new int[nodes]);
        tree.Halve(0, low, high, random);
        return tree;
    }

    /// <summary>Reference mass times 2^depth of the node where the walk ends, then counts the point on its whole path.</summary>
    /// <param name="values">The point.</param>
    /// <param name="sparse">Reference mass up to which a node ends the walk.</param>
    public double ScoreAndCount(ReadOnlySpan<double> values, double sparse)
    {
        var node = 0;
        var score = -1.0;
        for (var depth = 0; ; depth++)
        {
            _latest[node]++;
            if (score < 0 && (depth == _height || _reference[node] <= sparse)) score = Math.ScaleB(_reference[node], depth);
            if (depth == _height) return score;
            node = 2 * node + (values[_feature[node]] < _cut[node] ? 1 : 2);
        }
    }

    /// <summary>The latest masses become the reference.</summary>
    public void Turn()
    {
        (_reference, _latest) = (_latest, _reference);
        Array.Clear(_latest);
    }

    public void Write(ModelWriter writer)
    {
        writer.Array(_feature);
        writer.Array(_cut);
        writer.Array(_reference);
        writer.Array(_latest);
    }

    public static HalfSpaceTree Read(int height, ref ModelReader reader) =>
        new(height, reader.Array<int>(), reader.Array<double>(), reader.Array<int>(), reader.Array<int>());

    private void Halve(int node, double[] low, double[] high, RandomSource random)
    {
        if (node >= _cut.Length) return;
        var f = _feature[node] = random.Next(low.Length);
        var (least, greatest) = (low[f], high[f]);
        var middle = _cut[node] = least + (greatest - least) / 2;
        high[f] = middle;
        Halve(2 * node + 1, low, high, random);
        (low[f], high[f]) = (middle, greatest);
        Halve(2 * node + 2, low, high, random);
        low[f] = least;
    }
}
