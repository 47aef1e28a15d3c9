using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Proximity;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Cluster-based local outlier factor (He, Xu, Deng 2003): clusters are told apart into large and small ones, and a row's score is
/// its distance to the centre of its own cluster when that is large, of the nearest large one otherwise.
/// </summary>
public sealed class Cblof : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("CBLOF", ["ClusterBasedLocalOutlierFactor"], "proximity",
    [
        Parameter.Integer("n_clusters", 8, 1, "Clusters to form.", 10_000),
        Parameter.Number("alpha", 0.9, new(0.5, 1), "Share of the rows that the large clusters hold together."),
        Parameter.Number(
            "beta", 5, new(1, double.PositiveInfinity), "Ratio of sizes that separates a large from the next smaller cluster."),
        Parameter.Boolean("use_weights", value: false, "Multiply by the size of the row's cluster."),
        Parameter.Contamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new Cblof(parameters, seed) };

    private Matrix _centers = null!;
    private int[] _sizes = [];
    private int[] _isLarge = [];

    private Cblof(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        var clusters = KMeans.Of(x, Math.Min(Parameters.Integer("n_clusters"), x.Rows), Seed, ct);
        _centers = clusters.Centers;
        _sizes = new int[_centers.Rows];
        foreach (var cluster in clusters.Assignments) _sizes[cluster]++;
        _isLarge = Large(x.Rows);
        return ScoreRows(x, ct);
    }

    /// <summary>
    /// By descending size, large are the clusters up to the first that completes the share alpha or is beta times its successor.
    /// </summary>
    private int[] Large(int rows)
    {
        var bySize = Enumerable.Range(0, _sizes.Length).OrderByDescending(c => _sizes[c]).ToArray();
        var held = 0;
        var large = new int[_sizes.Length];
        for (var i = 0; i < bySize.Length; i++)
        {
            held += _sizes[bySize[i]];
            large[bySize[i]] = 1;
            if (i + 1 == bySize.Length || held >= Parameters.Number("alpha") * rows) break;
            if (_sizes[bySize[i]] >= Parameters.Number("beta") * _sizes[bySize[i + 1]]) break;
        }
        return large;
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _centers.Columns;
        for (var i = 0; i < scores.Length; i++) scores[i] = Score(rows.Slice(i * features, features));
    }

    private double Score(ReadOnlySpan<double> row)
    {
        var own = 0;
        double ownSquare = double.PositiveInfinity, largeSquare = double.PositiveInfinity;
        for (var c = 0; c < _sizes.Length; c++)
        {
            var square = KMeans.Square(row, _centers.Row(c));
            if (square < ownSquare) (own, ownSquare) = (c, square);
            if (_isLarge[c] == 1 && square < largeSquare) largeSquare = square;
        }
        var distance = Math.Sqrt(_isLarge[own] == 1 ? ownSquare : largeSquare);
        return Parameters.Boolean("use_weights") ? distance * _sizes[own] : distance;
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Table(_centers);
        writer.Array(_sizes);
        writer.Array(_isLarge);
    }

    private protected override void ReadModel(ref ModelReader reader) =>
        (_centers, _sizes, _isLarge) = (reader.Table(), reader.Array<int>(), reader.Array<int>());
}
