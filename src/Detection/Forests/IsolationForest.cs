using EventSourcedAnomaly.Detection.Forests;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Isolation forest (Liu, Ting, Zhou, "Isolation Forest", ICDM 2008, and "Isolation-Based Anomaly Detection", TKDD 2012): rows that
/// random cuts separate early are anomalies. The raw score is s(x) = 2^(-E[h(x)] / c(max_samples)) in (0, 1), the negative of
/// scikit-learn's <c>score_samples</c>. With <c>contamination='auto'</c> the threshold is 0.5, as in the paper.
/// </summary>
public sealed class IsolationForest : Detector
{
    internal static AlgorithmInfo Definition { get; } = new(
        "IsolationForest", ["isolation_forest", "iforest", "isolation-forest"], "forest",
    [
        Parameter.Integer("n_estimators", 100, 1, "Number of trees.", 100_000),
        new("max_samples", ParameterKind.Choice | ParameterKind.Integer | ParameterKind.Number, "auto",
            "Rows drawn for each tree: a count, a share of the rows, or 'auto' for min(256, rows).")
        { Choices = ["auto"], Integers = new(1, int.MaxValue), Numbers = new(0, 1, MinimumOpen: true) },
        Parameter.AutomaticContamination,
        new("max_features", ParameterKind.Integer | ParameterKind.Number, 1.0,
            "Features drawn for each tree: a count or a share of the features.")
        { Integers = new(1, int.MaxValue), Numbers = new(0, 1, MinimumOpen: true) },
        Parameter.Boolean("bootstrap", value: false, "Draw the rows of a tree with replacement."),
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new IsolationForest(parameters, seed), HasOnnxForm = true };

    private const double PathRounding = 1e-7;

    private IsolationTree[] _trees = [];
    private FeatureKeys _keys = new([], []);
    private PathLengths _pathLengths = null!;
    private double _normalizer = 1;
    private double _expectedPathLength;

    private IsolationForest(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    /// <summary>The score of the average training path: 2^(-E[h] / c).</summary>
    public override double BaseValue => RawScore(Fitted(_expectedPathLength));

    private protected override double? AutomaticThreshold => 0.5;

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        var samples = SampleCount(x.Rows);
        var keys = FeatureKeys.From(x, center);
        var trees = new IsolationTree[Parameters.Integer("n_estimators")];
        var grown = 0;
        RowBlocks.ForEach(trees.Length, 1, MaxDegreeOfParallelism, ct, (t, _) =>
        {
            trees[t] = GrowTree(x, keys, samples, t);
            progress?.Report(0.8 * Interlocked.Increment(ref grown) / trees.Length);
        });
        Assemble(trees, keys, samples);
        return ScoreRows(x, ct);
    }

    private IsolationTree GrowTree(Matrix x, FeatureKeys keys, int samples, int tree)
    {
        var random = new RandomSource(Seed, tree);
        var features = x.Columns;
        var chosen = FeatureCountPerTree(features) is var count && count == features
            ? [.. Enumerable.Range(0, features)]
            : random.Sample(features, count);
        var rows = Parameters.Boolean("bootstrap") ? DrawWithReplacement(x.Rows, samples, random) : random.Sample(x.Rows, samples);
        using var sample = new PooledBuffer<float>(features * samples);
        for (var i = 0; i < samples; i++) keys.Keys(x.Row(rows[i]), sample.Span.Slice(i * features, features));
        var depthLimit = (int)Math.Ceiling(Math.Log2(Math.Max(samples, 2)));
        return IsolationTreeGrowth.Grow(sample.Array, samples, features, chosen, depthLimit, random);
    }

    private static int[] DrawWithReplacement(int rows, int count, RandomSource random)
    {
        var drawn = new int[count];
        for (var i = 0; i < count; i++) drawn[i] = random.Next(rows);
        return drawn;
    }

    private int SampleCount(int rows) => Parameters["max_samples"] switch
    {
        int count => Math.Min(count, rows),
        double share => Math.Max(1, (int)(share * rows)),
        _ => Math.Min(256, rows),
    };

    private int FeatureCountPerTree(int features) => Parameters["max_features"] switch
    {
        int count => count <= features ? count : throw new ParameterException(
            "max_features", $"at most the {features} features of the data", $"{count}"),
        _ => Math.Max(1, (int)(Parameters.Number("max_features") * features)),
    };

    private void Assemble(IsolationTree[] trees, FeatureKeys keys, int samples)
    {
        _trees = trees;
        _keys = keys;
        _pathLengths = PathLengths.Of(trees, keys);
        _normalizer = IsolationTree.AveragePathLength(samples);
        _expectedPathLength = trees.Average(TreeShap.Expectation);
        Samples = samples;
    }

    /// <summary>Rows each tree was grown on.</summary>
    internal int Samples { get; private set; }

    internal IReadOnlyList<IsolationTree> Trees => _trees;

    internal FeatureKeys Keys => _keys;

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        _pathLengths.Sum(rows, scores);
        for (var i = 0; i < scores.Length; i++) scores[i] = RawScore(scores[i] / _trees.Length);
    }

    /// <summary>Trees of a single sample cannot tell rows apart; all of them then get the undecided 0.5.</summary>
    private double RawScore(double averagePathLength)
    {
        var relative = averagePathLength / _normalizer;
        // leaves keep path lengths as float32: what that rounding explains is no difference from the average
        return _normalizer <= 0 || Math.Abs(relative - 1) <= PathRounding ? 0.5 : Math.Pow(2, -relative);
    }

    internal override string ScoresInOnnx(OnnxGraph graph, string rows)
    {
        if (_normalizer <= 0) return graph.Add("Expand", graph.Constant([0.5], 1, 1), graph.Add("Concat",
            [graph.Rows(rows), graph.Constant([1L], 1)], ("axis", 0L)));
        var exponent = graph.Add("Mul", IsolationTreesInOnnx.PathLengths(graph, rows, _trees, _keys),
            graph.Scalar(-1 / (_normalizer * _trees.Length)));
        return graph.Add("Pow", graph.Scalar(2), exponent);
    }

    /// <summary>
    /// Exact path-dependent TreeSHAP values of the average path length, scaled to the raw score so that base value and contributions
    /// add up to it. Absent features follow the training samples.
    /// </summary>
    public override double[] Contributions(ReadOnlySpan<double> row)
    {
        InputCheck.Scoring(row, 1, Fitted(FeatureCount));
        var keys = new float[FeatureCount];
        _keys.Keys(row, keys);
        var shorter = new double[FeatureCount];
        foreach (var tree in _trees) TreeShap.Add(tree, keys, shorter);
        return ToRawScore(Array.ConvertAll(shorter, s => s / _trees.Length), _expectedPathLength).Contributions;
    }

    /// <summary>
    /// Turns contributions to the average path length into contributions to the raw score by the slope of the chord between its two
    /// ends.
    /// </summary>
    internal Explanation ToRawScore(double[] pathContributions, double basePathLength)
    {
        var change = pathContributions.Sum();
        var (baseValue, prediction) = (RawScore(basePathLength), RawScore(basePathLength + change));
        var slope = Math.Abs(change) > 1e-12 ? (prediction - baseValue) / change : 0;
        return new Explanation(Array.ConvertAll(pathContributions, c => c * slope), baseValue, prediction, 1);
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Int(Samples);
        writer.Array(_keys.Unit);
        foreach (var tree in _trees) IsolationTreeFormat.Write(writer, tree);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        var samples = reader.Int();
        var keys = new FeatureKeys(StoredCenter, reader.Array<double>());
        var trees = new IsolationTree[Parameters.Integer("n_estimators")];
        for (var t = 0; t < trees.Length; t++) trees[t] = IsolationTreeFormat.Read(ref reader, keys.Count);
        Assemble(trees, keys, samples);
    }
}
