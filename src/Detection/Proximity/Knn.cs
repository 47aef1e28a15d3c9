using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Proximity;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Distance to the k nearest neighbours: the largest (Ramaswamy, Rastogi, Shim 2000), their mean (Angiulli and Pizzuti 2002) or their
/// median. A training row is not its own neighbour.
/// </summary>
public sealed class Knn : ProximityDetector
{
    internal static AlgorithmInfo Definition { get; } = new("KNN", ["KNearestNeighbors", "k_nearest_neighbors"], "proximity",
    [
        NeighborCount(5),
        Parameter.Choice("method", "largest", ["largest", "mean", "median"], "What is taken of the k distances."),
        SearchAlgorithm,
        LeafSize,
        Metric,
        Order,
        Parameter.Contamination,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new Knn(parameters, seed) };

    private Knn(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override bool DependsOnWhichNeighbors => false;

    private protected override double[] ScoreTraining(Neighbors neighbors)
    {
        var scores = new double[neighbors.Distances.Length / neighbors.K];
        for (var i = 0; i < scores.Length; i++) scores[i] = Score(neighbors.IndicesOf(i), neighbors.DistancesOf(i));
        return scores;
    }

    private protected override double Score(ReadOnlySpan<int> indices, ReadOnlySpan<double> distances) => Parameters.Text("method") switch
    {
        "mean" => TensorPrimitives.Sum(distances) / distances.Length,
        "median" => Numerics.OrderStatistics.Quantile(distances, 0.5),
        _ => distances[^1],
    };
}
