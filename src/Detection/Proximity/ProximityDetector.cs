using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Proximity;

namespace EventSourcedAnomaly.Detection;

/// <summary>What the nearest-neighbour detectors share: the training rows are kept, and rows are scored by the nearest of them.</summary>
public abstract class ProximityDetector : Detector
{
    private protected ProximityDetector(AlgorithmInfo algorithm, ParameterSet parameters, int seed) : base(algorithm, parameters, seed)
    {
    }

    /// <inheritdoc/>
    public override bool ScoresTrainingRowsApart => true;

    private protected NeighborSearch Search { get; private set; } = null!;

    /// <summary>Neighbours taken: <c>n_neighbors</c>, or all other rows when there are fewer.</summary>
    private protected int K { get; private set; }

    /// <summary>Whether a score depends on which of several equally far rows are neighbours, and not only on their distances.</summary>
    private protected virtual bool DependsOnWhichNeighbors => true;

    private protected override int BlockRows => 64;

    private protected static ParameterInfo Metric { get; } = Parameter.Choice("metric", "minkowski",
        ["minkowski", "euclidean", "manhattan", "chebyshev"], "Distance between rows; minkowski is of order p.");

    private protected static ParameterInfo Order { get; } = Parameter.Integer(
        "p", 2, 1, "Order of the minkowski distance: 1 is manhattan, 2 euclidean.", 2);

    private protected static ParameterInfo SearchAlgorithm { get; } = Parameter.Choice(
        "algorithm", "auto", ["auto", "ball_tree", "kd_tree", "brute"],
        "Accepted for compatibility; every choice finds the same exact neighbours.");

    private protected static ParameterInfo LeafSize { get; } = Parameter.Integer(
        "leaf_size", 30, 1, "Accepted for compatibility; has no effect.");

    private protected static ParameterInfo NeighborCount(int value) =>
        Parameter.Integer("n_neighbors", value, 1, "Nearest rows that score a row.", 10_000);

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        Keep(x);
        if (x.Rows == 1)
        {
            // nothing to compare with: the row is its own and only neighbour
            K = 1;
            return ScoreTraining(new Neighbors(1, [0], [0]));
        }
        return ScoreTraining(Search.OfEachPoint(K, DependsOnWhichNeighbors, MaxDegreeOfParallelism, progress, ct));
    }

    /// <summary>Learns what else is needed from the neighbours of the training rows, and scores these.</summary>
    private protected abstract double[] ScoreTraining(Neighbors neighbors);

    private protected abstract double Score(ReadOnlySpan<int> indices, ReadOnlySpan<double> distances);

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        using var indices = new PooledBuffer<int>(scores.Length * K);
        using var distances = new PooledBuffer<double>(scores.Length * K);
        Search.Find(rows, -1, K, indices.Span, distances.Span);
        for (var i = 0; i < scores.Length; i++) scores[i] = Score(indices.Span.Slice(i * K, K), distances.Span.Slice(i * K, K));
    }

    private protected override void WriteModel(ModelWriter writer) => writer.Table(Search.Points);

    private protected override void ReadModel(ref ModelReader reader) => Keep(reader.Table());

    private void Keep(Matrix x)
    {
        Search = NeighborSearch.Over(
            x, Parameters.Is("metric", "minkowski") && Parameters.Integer("p") == 1 ? "manhattan" : Parameters.Text("metric"));
        K = Math.Clamp(Parameters.Integer("n_neighbors"), 1, Math.Max(1, x.Rows - 1));
    }
}
