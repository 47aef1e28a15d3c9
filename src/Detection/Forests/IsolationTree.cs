namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// One tree of an isolation forest in flat arrays. A node's children stand side by side: left is <c>Left[node]</c>, right is one
/// more. A leaf has feature -1.
/// </summary>
/// <param name="Feature">Feature tested by each node, or -1.</param>
/// <param name="Threshold">A key at most this goes left.</param>
/// <param name="Left">Index of the left child.</param>
/// <param name="Samples">Training samples that reached the node.</param>
/// <param name="PathLength">h(x) of a leaf: its depth plus c(samples), equation 1 of Liu, Ting and Zhou; 0 elsewhere.</param>
internal sealed record IsolationTree(int[] Feature, float[] Threshold, int[] Left, int[] Samples, float[] PathLength)
{
    public int Depth { get; } = DepthBelow(Feature, Left, 0);

    private static int DepthBelow(int[] feature, int[] left, int node) =>
        feature[node] < 0 ? 0 : 1 + Math.Max(DepthBelow(feature, left, left[node]), DepthBelow(feature, left, left[node] + 1));

    /// <summary>c(n): the average path length of an unsuccessful search in a binary search tree of n samples.</summary>
    public static double AveragePathLength(int samples) => samples switch
    {
        <= 1 => 0,
        2 => 1,
        _ => 2 * (Math.Log(samples - 1.0) + 0.57721566490153286) - 2 * (samples - 1.0) / samples,
    };
}
