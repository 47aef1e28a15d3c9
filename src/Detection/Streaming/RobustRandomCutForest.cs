using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Robust random cut forest (Guha, Mishra, Roy, Schrijvers 2016) over the latest <c>tree_size</c> points: a point is anomalous when
/// leaving it and its neighbours out would make the trees much simpler. With <c>shingle_size</c> above one, a point is the latest so
/// many points of the stream side by side. The collusive displacement is calibrated to a probability by its own past; a score of 0.5
/// stands for one row in 10,000.
/// </summary>
public sealed class RobustRandomCutForest : StreamingDetector
{
    private const double RowsPerAlarm = 10_000;

    /// <summary>Values of all points in all trees, at 32 bytes each.</summary>
    private const long MaxNumbers = 1 << 26;

    /// <summary>Enough displacements to tell one row in a thousand by rank.</summary>
    private const int Calibration = 2048;

    internal static StreamingAlgorithmInfo Definition { get; } = new(
        "RobustRandomCutForest", ["RRCF", "RCF", "robust_random_cut_forest"], "forest",
    [
        Parameter.Integer("num_trees", 40, 1, "Number of trees.", 10_000),
        Parameter.Integer("tree_size", 256, 2, "Latest points that the trees hold.", 65_536),
        Parameter.Integer("shingle_size", 1, 1, "Points of the stream that make up one point of the trees.", 1_024),
        Parameter.RandomState,
    ])
    { Make = (parameters, seed) => new RobustRandomCutForest(parameters, seed) };

    private readonly int _size;
    private readonly int _shingle;
    private readonly TailProbability _tail = new(Calibration);
    private CutTree[] _trees = [];
    // per slot of the latest points and tree: its leaf
    private int[] _leaves = [];
    private double[] _point = [];
    private double[] _attribution = [];

    private RobustRandomCutForest(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
        _size = parameters.Integer("tree_size");
        _shingle = parameters.Integer("shingle_size");
        RequireRoom(features: 1);
    }

    /// <exception cref="ParameterException">The trees would take more than some gigabytes.</exception>
    private void RequireRoom(long features)
    {
        var perTree = _size * (_shingle * features + 2);
        if (Parameters.Integer("num_trees") * perTree > MaxNumbers)
            throw new ParameterException(
                "num_trees", $"at most {Math.Max(1, MaxNumbers / perTree)} trees of tree_size {_size}, shingle_size {_shingle} and "
                    + $"{features} features",
                $"{Parameters.Integer("num_trees")}");
    }

    /// <summary>Mean collusive displacement of the latest point over the trees.</summary>
    public double CollusiveDisplacement { get; private set; }

    /// <summary>
    /// What each value of the latest shingle, oldest point first, added to <see cref="CollusiveDisplacement"/>: the displacement found
    /// in a tree is owed to the dimension of the cut that set the point apart. The sum is the displacement.
    /// </summary>
    public ReadOnlySpan<double> Attribution => _attribution;

    private protected override void Begin()
    {
        RequireRoom(FeatureCount);
        _point = new double[_shingle * FeatureCount];
        _attribution = new double[_point.Length];
        _trees = new CutTree[Parameters.Integer("num_trees")];
        for (var t = 0; t < _trees.Length; t++) _trees[t] = new CutTree(_size, _point.Length, new RandomSource(Seed, t).NextUInt64());
        _leaves = new int[_size * _trees.Length];
    }

    private protected override double Next(DateTimeOffset timestamp, ReadOnlySpan<double> values)
    {
        _point.AsSpan(values.Length).CopyTo(_point);
        values.CopyTo(_point.AsSpan(_point.Length - values.Length));
        // until a whole shingle was seen, its front is no data
        if (Count < _shingle - 1) return 0;
        Displace((Count - _shingle + 1) % _size, forget: Count - _shingle + 1 >= _size);
        return Surprisal.ToScore(_tail.Surprisal(CollusiveDisplacement), RowsPerAlarm);
    }

    private protected override void WriteState(ModelWriter writer)
    {
        writer.Array(_point);
        writer.Array(_attribution);
        writer.Double(CollusiveDisplacement);
        writer.Array(_leaves);
        _tail.Write(writer);
        foreach (var tree in _trees) tree.Write(writer);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        _point = reader.Array<double>();
        _attribution = reader.Array<double>();
        CollusiveDisplacement = reader.Double();
        _leaves = reader.Array<int>();
        _tail.Read(ref reader);
        foreach (var tree in _trees) tree.Read(ref reader);
    }

    /// <summary>Puts the point into every tree in place of the oldest one and measures what it displaces.</summary>
    private void Displace(long slot, bool forget)
    {
        Array.Clear(_attribution);
        var leaves = _leaves.AsSpan((int)slot * _trees.Length, _trees.Length);
        var sum = 0.0;
        for (var t = 0; t < _trees.Length; t++)
        {
            if (forget) _trees[t].Forget(leaves[t]);
            leaves[t] = _trees[t].Insert(_point);
            var (displacement, dimension) = _trees[t].Displacement(leaves[t]);
            _attribution[dimension] += displacement / _trees.Length;
            sum += displacement;
        }
        CollusiveDisplacement = sum / _trees.Length;
    }
}
