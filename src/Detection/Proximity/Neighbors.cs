namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>The k nearest training rows of some rows, nearest first: element <c>[row * K + i]</c> is the i-th neighbour.</summary>
/// <param name="K">Neighbours per row.</param>
/// <param name="Indices">Row numbers of the neighbours.</param>
/// <param name="Distances">Their distances.</param>
internal sealed record Neighbors(int K, int[] Indices, double[] Distances)
{
    public static Neighbors Of(int rows, int k) => new(k, new int[rows * k], new double[rows * k]);

    public ReadOnlySpan<int> IndicesOf(int row) => Indices.AsSpan(row * K, K);

    public ReadOnlySpan<double> DistancesOf(int row) => Distances.AsSpan(row * K, K);

    /// <summary>Distance to the k-th neighbour.</summary>
    public double Reach(int row) => Distances[row * K + K - 1];
}
