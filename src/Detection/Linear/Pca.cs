using EventSourcedAnomaly.Detection.Linear;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Principal component detector (Shyu, Chen, Sarinnapakorn, Chang 2003) as PyOD computes it: the sum over components of the distance
/// between the standardised row and the component's tip, divided by the component's share of the variance.
/// </summary>
public sealed class Pca : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("PCA", ["PrincipalComponentAnalysis"], "linear",
    [
        new("n_components", ParameterKind.Integer | ParameterKind.Number | ParameterKind.Null, null,
            "Components to find: a count, the share of the variance to reach, or null for all.")
        {
            Integers = new(1, int.MaxValue),
            Numbers = new(0, 1, MinimumOpen: true, MaximumOpen: true),
        },
        new("n_selected_components", ParameterKind.Integer | ParameterKind.Null, null,
            "Components to use, counted from the least; null for all found.")
        {
            Integers = new(1, int.MaxValue),
        },
        Parameter.Boolean("weighted", value: true, "Divide by each component's share of the variance."),
        Parameter.Boolean("standardization", value: true, "Scale features to mean 0 and standard deviation 1 first."),
        Parameter.Contamination,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new Pca(parameters, seed), HasOnnxForm = true };

    private const int MaxStackValues = 2048;

    private Standardizer _standardizer = new([], []);
    private ComponentDistances _distances = null!;

    private Pca(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        _standardizer = Parameters.Boolean("standardization")
            ? Standardizer.Fit(x)
            : Standardizer.None(x.Columns);
        var z = _standardizer.Transform(x);
        progress?.Report(0.2);
        var mean = Covariance.Mean(z);
        var eigen = SymmetricEigen.Of(Covariance.Scatter(z, mean, MaxDegreeOfParallelism, ct), x.Columns, ct);
        progress?.Report(0.6);
        _distances = Select(eigen, Math.Min(x.Rows, x.Columns)).WithSignsOf(z, mean, MaxDegreeOfParallelism, ct);
        // the standardised rows are at hand
        var scores = new double[x.Rows];
        RowBlocks.ForEach(x.Rows, BlockRows, MaxDegreeOfParallelism, ct,
            (first, count) => _distances.WeightedSums(z.RowRange(first, count), scores.AsSpan(first, count)));
        return scores;
    }

    /// <summary>The components asked for, with their share of the variance.</summary>
    private ComponentDistances Select(SymmetricEigen eigen, int available)
    {
        // rounding makes a vanishing variance anything around zero; a floor keeps its weight finite
        var floor = Math.Max(eigen.Values[0] * 1e-15, 1e-300);
        var variance = Array.ConvertAll(eigen.Values, v => Math.Max(v, floor));
        var total = variance.Sum();
        var found = Parameters["n_components"] switch
        {
            int count => Math.Min(count, available),
            double share => Math.Min(available, 1 + Enumerable.Range(0, available).Count(c => variance.Take(c + 1).Sum() / total < share)),
            _ => available,
        };
        var used = Math.Min(found, Parameters["n_selected_components"] as int? ?? found);
        var chosen = Enumerable.Range(found - used, used).ToArray();
        var weights = Array.ConvertAll(chosen, c => Parameters.Boolean("weighted") ? variance[c] / total : 1);
        return new ComponentDistances(eigen.Vectors.SelectRows(chosen), weights);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = rows.Length / scores.Length;
        var step = Math.Min(scores.Length, 32);
        Span<double> z = step * features <= MaxStackValues ? stackalloc double[step * features] : new double[step * features];
        for (var first = 0; first < scores.Length; first += step)
        {
            var count = Math.Min(step, scores.Length - first);
            _standardizer.Transform(rows.Slice(first * features, count * features), z[..(count * features)]);
            _distances.WeightedSums(z[..(count * features)], scores.Slice(first, count));
        }
    }

    internal override string ScoresInOnnx(OnnxGraph graph, string rows)
    {
        var distances = graph.Add("Sqrt", graph.SquaredDistances(graph.Standardized(rows, _standardizer), _distances.Components));
        return graph.RowSums(graph.Add("Div", distances, graph.Row(_distances.Weights)));
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Array(_standardizer.Mean);
        writer.Array(_standardizer.Scale);
        writer.Table(_distances.Components);
        writer.Array(_distances.Weights);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _standardizer = new Standardizer(reader.Array<double>(), reader.Array<double>());
        _distances = new ComponentDistances(reader.Table(), reader.Array<double>());
    }
}
