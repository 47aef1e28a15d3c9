using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Probabilistic;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// LODA (Pevný 2016, "Loda: Lightweight on-line detector of anomalies"): the mean negative log density over histograms of sparse
/// random projections, each using √features of the features.
/// </summary>
public sealed class Loda : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("LODA", ["LightweightOnlineDetector"], "probabilistic",
    [
        Parameter.Integer("n_random_cuts", 100, 1, "Random projections.", 10_000),
        new("n_bins", ParameterKind.Integer | ParameterKind.Choice,
            10, "Bins of each histogram, or 'auto' for Birgé and Rozenholc's choice.")
        {
            Integers = new(2, 100_000),
            Choices = ["auto"],
        },
        Parameter.Contamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new Loda(parameters, seed) };

    private Matrix _projections = null!;
    private FeatureHistogram[] _histograms = [];

    private Loda(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        var cuts = Parameters.Integer("n_random_cuts");
        _projections = SparseProjections(cuts, x.Columns);
        _histograms = new FeatureHistogram[cuts];
        var done = 0;
        RowBlocks.ForEach(cuts, 1, MaxDegreeOfParallelism, ct, (cut, _) =>
        {
            _histograms[cut] = Histogram(x, _projections.Row(cut));
            progress?.Report(0.9 * Interlocked.Increment(ref done) / cuts);
        });
        return ScoreRows(x, ct);
    }

    private Matrix SparseProjections(int cuts, int features)
    {
        var random = new RandomSource(Seed);
        var used = Math.Max(1, (int)Math.Sqrt(features));
        var values = new double[cuts * features];
        for (var cut = 0; cut < cuts; cut++)
        {
            foreach (var feature in random.Sample(features, used)) values[cut * features + feature] = random.NextGaussian();
        }
        return new Matrix(cuts, features, values);
    }

    private FeatureHistogram Histogram(Matrix x, ReadOnlySpan<double> projection)
    {
        using var buffer = new PooledBuffer<double>(x.Rows);
        var projected = buffer.Span;
        for (var i = 0; i < projected.Length; i++) projected[i] = TensorPrimitives.Dot(x.Row(i), projection);
        var (least, greatest) = (TensorPrimitives.Min<double>(projected), TensorPrimitives.Max<double>(projected));
        var edges = FeatureHistogram.EvenEdges(
            least, greatest, Parameters["n_bins"] as int? ?? OptimalBins.For(projected, least, greatest));
        var counts = new int[edges.Length - 1];
        foreach (var value in projected) counts[FeatureHistogram.Bin(edges, 0, value)]++;
        // beyond the range nothing was seen, so no tolerance
        return FeatureHistogram.From(edges, counts, 1e-12 / (greatest - least + 1), tolerance: 0);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _projections.Columns;
        for (var i = 0; i < scores.Length; i++)
        {
            var row = rows.Slice(i * features, features);
            var sum = 0.0;
            for (var cut = 0; cut < _histograms.Length; cut++)
                sum += _histograms[cut].Score(TensorPrimitives.Dot(row, _projections.Row(cut)));
            scores[i] = sum / _histograms.Length;
        }
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Table(_projections);
        foreach (var histogram in _histograms) histogram.Write(writer);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _projections = reader.Table();
        _histograms = new FeatureHistogram[_projections.Rows];
        for (var cut = 0; cut < _histograms.Length; cut++) _histograms[cut] = FeatureHistogram.Read(ref reader);
    }
}
