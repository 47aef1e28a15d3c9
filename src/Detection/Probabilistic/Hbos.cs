using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;
using EventSourcedAnomaly.Detection.Probabilistic;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Histogram-based outlier score (Goldstein and Dengel 2012): features are taken as independent, and a row's score is the sum of
/// -log2(density + alpha) over their histograms.
/// </summary>
public sealed class Hbos : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("HBOS", ["HistogramBasedOutlierScore", "histogram"], "probabilistic",
    [
        new("n_bins", ParameterKind.Integer | ParameterKind.Choice, 10, "Bins of each feature, or 'auto' for Birgé and Rozenholc's choice.")
        {
            Integers = new(1, 100_000),
            Choices = ["auto"],
        },
        Parameter.Choice("mode", "static", ["static", "dynamic"], "Bins of equal width (static) or of equal count (dynamic)."),
        Parameter.Number("alpha", 0.1, new(0, 1, MinimumOpen: true, MaximumOpen: true),
            "Added to every density, so that empty bins have a finite score."),
        Parameter.Number("tol", 0.5, new(0, 1, MinimumOpen: true, MaximumOpen: true),
            "Share of a bin's width by which a value may lie beyond the outermost bin."),
        Parameter.Contamination,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new Hbos(parameters, seed), HasOnnxForm = true };

    private FeatureHistogram[] _histograms = [];

    private Hbos(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    /// <summary>0: the sum of no terms.</summary>
    public override double BaseValue => Fitted(0.0);

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        if (Parameters["n_bins"] is int bins and <= EvenBinning.MaxBins && Parameters.Is("mode", "static"))
        {
            var binning = EvenBinning.Of(x, bins, MaxDegreeOfParallelism, ct);
            _histograms = [.. Enumerable.Range(0, x.Columns).Select(f => Histogram(binning.Edges[f], binning.CountsOf(f)))];
            return binning.Sum(_histograms, MaxDegreeOfParallelism, ct);
        }
        _histograms = ChosenHistograms(x, progress, ct);
        return ScoreRows(x, ct);
    }

    /// <summary>Bins that depend on a feature's distribution: one feature at a time.</summary>
    private FeatureHistogram[] ChosenHistograms(Matrix x, IProgress<double>? progress, CancellationToken ct)
    {
        var histograms = new FeatureHistogram[x.Columns];
        var done = 0;
        RowBlocks.ForEach(x.Columns, 1, MaxDegreeOfParallelism, ct, (feature, _) =>
        {
            var sorted = RadixSort.Sorted(x.Column(feature));
            var bins = Parameters["n_bins"] as int? ?? OptimalBins.For(sorted, sorted[0], sorted[^1]);
            var edges = Parameters.Is("mode", "dynamic")
                ? FeatureHistogram.DynamicEdges(sorted, bins)
                : FeatureHistogram.EvenEdges(sorted[0], sorted[^1], bins);
            var counts = new int[edges.Length - 1];
            foreach (var value in sorted) counts[FeatureHistogram.Bin(edges, 0, value)]++;
            histograms[feature] = Histogram(edges, counts);
            progress?.Report((double)Interlocked.Increment(ref done) / x.Columns);
        });
        return histograms;
    }

    private FeatureHistogram Histogram(double[] edges, ReadOnlySpan<int> counts) =>
        FeatureHistogram.From(edges, counts, Parameters.Number("alpha"), Parameters.Number("tol"));

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _histograms.Length;
        for (var i = 0; i < scores.Length; i++)
        {
            var sum = 0.0;
            for (var f = 0; f < features; f++) sum += _histograms[f].Score(rows[i * features + f]);
            scores[i] = sum;
        }
    }

    /// <summary>The algorithm's own terms: the score is their sum.</summary>
    public override double[] Contributions(ReadOnlySpan<double> row)
    {
        InputCheck.Scoring(row, 1, Fitted(FeatureCount));
        var terms = new double[FeatureCount];
        for (var f = 0; f < terms.Length; f++) terms[f] = _histograms[f].Score(row[f]);
        return terms;
    }

    internal override string ScoresInOnnx(OnnxGraph graph, string rows) =>
        graph.RowSums(graph.Steps(rows, [.. _histograms.Select(h => OnnxSteps.Of(h.Steps(), h.Score))]));

    private protected override void WriteModel(ModelWriter writer)
    {
        foreach (var histogram in _histograms) histogram.Write(writer);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _histograms = new FeatureHistogram[FeatureCount];
        for (var f = 0; f < _histograms.Length; f++) _histograms[f] = FeatureHistogram.Read(ref reader);
    }
}
