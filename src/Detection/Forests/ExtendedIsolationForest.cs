using EventSourcedAnomaly.Detection.Forests;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Extended isolation forest (Hariri, Carrasco Kind, Brunner 2019): an isolation forest whose cuts have random slopes, which removes
/// the low-score bands that cuts along the axes leave. Scores as in <see cref="IsolationForest"/>.
/// </summary>
public sealed class ExtendedIsolationForest : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("ExtendedIsolationForest", ["EIF", "extended_isolation_forest"], "forest",
    [
        Parameter.Integer("n_estimators", 100, 1, "Number of trees.", 100_000),
        new("max_samples", ParameterKind.Choice | ParameterKind.Integer, "auto", "Rows drawn for each tree, or 'auto' for min(256, rows).")
        {
            Choices = ["auto"],
            Integers = new(2, 1_000_000),
        },
        new("extension_level", ParameterKind.Integer | ParameterKind.Null, null,
            "Features of a slope minus one; 0 cuts along axes, null uses all features.")
        {
            Integers = new(0, int.MaxValue - 1),
        },
        Parameter.AutomaticContamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new ExtendedIsolationForest(parameters, seed) };

    private ObliqueTree[] _trees = [];
    private double _normalizer;

    private ExtendedIsolationForest(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double? AutomaticThreshold => 0.5;

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        var samples = Math.Min(Parameters["max_samples"] as int? ?? 256, x.Rows);
        var level = Math.Min(Parameters["extension_level"] as int? ?? x.Columns - 1, x.Columns - 1);
        var depthLimit = (int)Math.Ceiling(Math.Log2(Math.Max(samples, 2)));
        _trees = new ObliqueTree[Parameters.Integer("n_estimators")];
        _normalizer = IsolationTree.AveragePathLength(samples);
        var grown = 0;
        RowBlocks.ForEach(_trees.Length, 1, MaxDegreeOfParallelism, ct, (t, _) =>
        {
            var random = new RandomSource(Seed, t);
            _trees[t] = ObliqueTree.Grow(x.SelectRows(random.Sample(x.Rows, samples)), level, depthLimit, random);
            progress?.Report(0.8 * Interlocked.Increment(ref grown) / _trees.Length);
        });
        return ScoreRows(x, ct);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = rows.Length / scores.Length;
        for (var i = 0; i < scores.Length; i++)
        {
            var sum = 0.0;
            foreach (var tree in _trees) sum += tree.PathLengthOf(rows.Slice(i * features, features));
            scores[i] = _normalizer > 0 ? Math.Pow(2, -sum / _trees.Length / _normalizer) : 0.5;
        }
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Double(_normalizer);
        foreach (var tree in _trees) tree.Write(writer);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _normalizer = reader.Double();
        _trees = new ObliqueTree[Parameters.Integer("n_estimators")];
        for (var t = 0; t < _trees.Length; t++) _trees[t] = ObliqueTree.Read(ref reader);
    }
}
