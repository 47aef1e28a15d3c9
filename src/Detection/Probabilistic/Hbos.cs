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

    private const int MaxEvenBins = 256;
    private const int CountedRows = 16384;

    private FeatureHistogram[] _histograms = [];
    private EvenBins? _bins;
    private double[] _scores = [];

    private Hbos(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    /// <summary>0: the sum of no terms.</summary>
    public override double BaseValue => Fitted(0.0);

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        Assemble(Parameters["n_bins"] is int bins and <= MaxEvenBins && Parameters.Is("mode", "static")
            ? EvenHistograms(x, bins, ct)
            : ChosenHistograms(x, progress, ct));
        return ScoreRows(x, ct);
    }

    private void Assemble(FeatureHistogram[] histograms)
    {
        _histograms = histograms;
        _bins = EvenBins.Of(Array.ConvertAll(histograms, h => h.Edges));
        _scores = [.. histograms.SelectMany(h => h.Scores.ToArray())];
    }

    /// <summary>Bins of equal width: counted in one pass over the rows.</summary>
    private FeatureHistogram[] EvenHistograms(Matrix x, int bins, CancellationToken ct)
    {
        var ranges = ColumnRange.Of(x, MaxDegreeOfParallelism, ct);
        var edges = Array.ConvertAll(ranges, range => FeatureHistogram.IsConstant(range.Least, range.Greatest)
            ? FeatureHistogram.ConstantEdges(range.Least, range.Greatest)
            : FeatureHistogram.EvenEdges(range.Least, range.Greatest, bins));
        if (EvenBins.Of(edges) is not { } even) return ChosenHistograms(x, progress: null, ct);
        var counts = new int[even.Count];
        RowBlocks.ForEach(x.Rows, CountedRows, MaxDegreeOfParallelism, ct, (first, count) =>
        {
            var local = even.CountsOf(x.RowRange(first, count));
            for (var b = 0; b < local.Length; b++) Interlocked.Add(ref counts[b], local[b]);
        });
        return [.. edges.Select((e, f) => FeatureHistogram.IsConstant(ranges[f].Least, ranges[f].Greatest)
            ? Constant(e)
            : Histogram(e, counts.AsSpan(even.First(f), e.Length - 1)))];
    }

    /// <summary>Bins that depend on a feature's distribution: one feature at a time.</summary>
    private FeatureHistogram[] ChosenHistograms(Matrix x, IProgress<double>? progress, CancellationToken ct)
    {
        var histograms = new FeatureHistogram[x.Columns];
        var done = 0;
        RowBlocks.ForEach(x.Columns, 1, MaxDegreeOfParallelism, ct, (feature, _) =>
        {
            var sorted = RadixSort.Sorted(x.Column(feature));
            if (FeatureHistogram.IsConstant(sorted[0], sorted[^1]))
            {
                histograms[feature] = Constant(FeatureHistogram.ConstantEdges(sorted[0], sorted[^1]));
                return;
            }
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

    private FeatureHistogram Constant(double[] edges) =>
        FeatureHistogram.Constant(edges, Parameters.Number("alpha"), Parameters.Number("tol"));

    private FeatureHistogram Histogram(double[] edges, ReadOnlySpan<int> counts) =>
        FeatureHistogram.From(edges, counts, Parameters.Number("alpha"), Parameters.Number("tol"));

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        if (_bins is not null)
        {
            _bins.Sum(rows, _scores, _histograms, scores);
            return;
        }
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
        var histograms = new FeatureHistogram[FeatureCount];
        for (var f = 0; f < histograms.Length; f++) histograms[f] = FeatureHistogram.Read(ref reader);
        Assemble(histograms);
    }
}
