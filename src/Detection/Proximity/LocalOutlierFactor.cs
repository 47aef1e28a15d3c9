using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Proximity;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Local outlier factor (Breunig, Kriegel, Ng, Sander 2000): how much sparser a row's surroundings are than those of its neighbours;
/// about 1 inside a cluster. The raw score is the negative of scikit-learn's <c>negative_outlier_factor_</c>; with
/// <c>contamination='auto'</c> the threshold is 1.5.
/// </summary>
public sealed class LocalOutlierFactor : ProximityDetector
{
    internal static AlgorithmInfo Definition { get; } = new("LocalOutlierFactor", ["LOF", "local_outlier_factor"], "proximity",
    [
        NeighborCount(20),
        SearchAlgorithm,
        LeafSize,
        Metric,
        Order,
        Parameter.AutomaticContamination,
        Parameter.Boolean("novelty", value: false, "Whether new rows are the ones to score; new rows can be scored either way."),
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new LocalOutlierFactor(parameters, seed) };

    private double[] _reach = [];
    private double[] _reachabilityDensity = [];

    private LocalOutlierFactor(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double? AutomaticThreshold => 1.5;

    private protected override double[] ScoreTraining(Neighbors neighbors)
    {
        var rows = neighbors.Distances.Length / neighbors.K;
        _reach = new double[rows];
        for (var i = 0; i < rows; i++) _reach[i] = neighbors.Reach(i);
        _reachabilityDensity = new double[rows];
        for (var i = 0; i < rows; i++) _reachabilityDensity[i] = ReachabilityDensity(neighbors.IndicesOf(i), neighbors.DistancesOf(i));
        var scores = new double[rows];
        for (var i = 0; i < rows; i++) scores[i] = Factor(neighbors.IndicesOf(i), _reachabilityDensity[i]);
        return scores;
    }

    private protected override double Score(ReadOnlySpan<int> indices, ReadOnlySpan<double> distances) =>
        Factor(indices, ReachabilityDensity(indices, distances));

    /// <summary>Inverse of the mean reachability distance; the small addend keeps it finite among duplicates.</summary>
    private double ReachabilityDensity(ReadOnlySpan<int> indices, ReadOnlySpan<double> distances)
    {
        var sum = 0.0;
        for (var i = 0; i < indices.Length; i++) sum += Math.Max(distances[i], _reach[indices[i]]);
        return 1 / (sum / indices.Length + 1e-10);
    }

    /// <summary>Mean over the neighbours of their density relative to the row's own.</summary>
    private double Factor(ReadOnlySpan<int> indices, double density)
    {
        var sum = 0.0;
        foreach (var neighbor in indices) sum += _reachabilityDensity[neighbor] / density;
        return sum / indices.Length;
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        base.WriteModel(writer);
        writer.Array(_reach);
        writer.Array(_reachabilityDensity);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        base.ReadModel(ref reader);
        _reach = reader.Array<double>();
        _reachabilityDensity = reader.Array<double>();
    }
}
