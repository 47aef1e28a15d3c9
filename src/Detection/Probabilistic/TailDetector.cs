using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Onnx;
using EventSourcedAnomaly.Detection.Probabilistic;

namespace EventSourcedAnomaly.Detection;

/// <summary>What ECOD and COPOD share: a row's score is the sum over features of a combination of its tail improbabilities.</summary>
public abstract class TailDetector : Detector
{
    private readonly EmpiricalTails.Combination _combine;
    private EmpiricalTails _tails = null!;

    private protected TailDetector(AlgorithmInfo algorithm, ParameterSet parameters, int seed) : base(algorithm, parameters, seed) =>
        _combine = Combine;

    private protected static IReadOnlyList<ParameterInfo> TailParameters { get; } = [Parameter.Contamination, Parameter.Jobs];

    /// <summary>0: a row without improbable values.</summary>
    public override double BaseValue => Fitted(0.0);

    private protected abstract double Combine(double left, double right, int skewSign);

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        _tails = EmpiricalTails.Learn(x, _combine, MaxDegreeOfParallelism, progress, ct, out var scores);
        return scores;
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        scores.Clear();
        _tails.AddTo(rows, _combine, scores);
    }

    /// <summary>The algorithm's own terms: the score is their sum.</summary>
    public override double[] Contributions(ReadOnlySpan<double> row)
    {
        InputCheck.Scoring(row, 1, Fitted(FeatureCount));
        var terms = new double[FeatureCount];
        for (var f = 0; f < terms.Length; f++) terms[f] = FeatureScore(f, row[f]);
        return terms;
    }

    private double FeatureScore(int feature, double value)
    {
        var (left, right) = _tails.Of(feature, value);
        return Combine(left, right, _tails.SkewSign[feature]);
    }

    internal override string ScoresInOnnx(OnnxGraph graph, string rows) => graph.RowSums(graph.Steps(rows,
        [.. Enumerable.Range(0, FeatureCount).Select(f => OnnxSteps.Of(_tails.Steps(f), value => FeatureScore(f, value)))]));

    private protected override void WriteModel(ModelWriter writer) => _tails.Write(writer);

    private protected override void ReadModel(ref ModelReader reader) => _tails = EmpiricalTails.Read(ref reader);
}
