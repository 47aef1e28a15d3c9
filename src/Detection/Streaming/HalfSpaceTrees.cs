using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Half-space trees (Tan, Ting, Liu 2011): complete binary trees halve random features of a work space; a point is anomalous where few
/// points of the previous window fell. Tree growth needs the range of each feature: it is taken from the first
/// <c>window_size</c> points, which score 0, unless <c>limits</c> gives it. A uniform stream has a mean mass
/// of <c>window_size</c> everywhere; the score is 0.5 where it is <c>size_limit</c> of that, and nears 1 in space never visited.
/// </summary>
public sealed class HalfSpaceTrees : StreamingDetector
{
    internal static StreamingAlgorithmInfo Definition { get; } = new("HalfSpaceTrees", ["HST", "half_space_trees"], "forest",
    [
        Parameter.Integer("n_trees", 10, 1, "Number of trees.", 10_000),
        Parameter.Integer("height", 8, 1, "Cuts on the way from root to leaf.", 20),
        Parameter.Integer("window_size", 250, 2, "Points between two updates of the reference masses.", 1_000_000),
        Parameter.Number("size_limit", 0.1, new(0, 1), "Share of a window below which a node counts as sparse and its subtree is skipped."),
        new("limits", ParameterKind.NumberList | ParameterKind.Null, null, "Least and greatest value, for every feature; null learns them.")
        {
            Numbers = new(-Matrix.LargestNumber, Matrix.LargestNumber),
        },
        Parameter.RandomState,
    ])
    { Make = (parameters, seed) => new HalfSpaceTrees(parameters, seed) };

    /// <summary>Leaves of all trees together: some hundred megabytes.</summary>
    private const long MaxNodes = 1 << 24;

    private readonly int _window;
    private readonly int _height;
    private HalfSpaceTree[] _trees = [];
    private double[] _least = [];
    private double[] _greatest = [];
    private int _inWindow;
    private bool _hasReference;

    private HalfSpaceTrees(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
        _window = parameters.Integer("window_size");
        _height = parameters.Integer("height");
        var trees = parameters.Integer("n_trees");
        if ((long)trees << _height > MaxNodes)
            throw new ParameterException("n_trees", $"at most {MaxNodes >> _height} trees of height {_height}", $"{trees}");
        if (parameters["limits"] is double[] limits && (limits.Length != 2 || limits[0] >= limits[1]))
            throw new ParameterException("limits", "two numbers in ascending order", string.Join(", ", limits));
    }

    private bool LearnsRange => !Parameters.Has("limits");

    private protected override void Begin()
    {
        _least = new double[FeatureCount];
        _greatest = new double[FeatureCount];
        Array.Fill(_least, double.PositiveInfinity);
        Array.Fill(_greatest, double.NegativeInfinity);
        if (Parameters["limits"] is not double[] limits) return;
        Array.Fill(_least, limits[0]);
        Array.Fill(_greatest, limits[1]);
        Grow();
    }

    private protected override double Next(DateTimeOffset timestamp, ReadOnlySpan<double> values)
    {
        if (LearnsRange && Count < _window) return Widen(values);
        var mass = 0.0;
        var sparse = Parameters.Number("size_limit") * _window;
        foreach (var tree in _trees) mass += tree.ScoreAndCount(values, sparse);
        var hadReference = _hasReference;
        if (++_inWindow == _window) Turn();
        return hadReference ? (sparse + 1) / (sparse + 1 + mass / _trees.Length + 1 / (sparse + 1)) : 0;
    }

    private protected override void WriteState(ModelWriter writer)
    {
        writer.Int(_inWindow);
        writer.Int(_hasReference ? 1 : 0);
        writer.Array(_least);
        writer.Array(_greatest);
        writer.Int(_trees.Length);
        foreach (var tree in _trees) tree.Write(writer);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        _inWindow = reader.Int();
        _hasReference = reader.Int() != 0;
        _least = reader.Array<double>();
        _greatest = reader.Array<double>();
        _trees = new HalfSpaceTree[reader.Count(sizeof(int))];
        for (var t = 0; t < _trees.Length; t++) _trees[t] = HalfSpaceTree.Read(_height, ref reader);
    }

    private double Widen(ReadOnlySpan<double> values)
    {
        for (var f = 0; f < values.Length; f++)
        {
            _least[f] = Math.Min(_least[f], values[f]);
            _greatest[f] = Math.Max(_greatest[f], values[f]);
        }
        if (Count == _window - 1) Grow();
        return 0;
    }

    private void Grow() =>
        _trees = [.. Enumerable.Range(0, Parameters.Integer("n_trees"))
            .Select(t => HalfSpaceTree.Grow(_height, _least, _greatest, new RandomSource(Seed, t)))];

    /// <summary>The latest window becomes the reference.</summary>
    private void Turn()
    {
        foreach (var tree in _trees) tree.Turn();
        _inWindow = 0;
        _hasReference = true;
    }
}
