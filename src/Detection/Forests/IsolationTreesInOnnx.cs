using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// Trees as the operator <c>TreeEnsembleRegressor</c> takes them: the nodes of all trees side by side, over float32 keys.
/// </summary>
internal static class IsolationTreesInOnnx
{
    /// <summary>
    /// The operator sums in float32, which loses a digit with every tenfold of trees: so many are summed by it, the rest in float64.
    /// </summary>
    private const int TreesPerSum = 128;

    /// <summary>The sum of the path lengths over all trees, <c>[N, 1]</c> float64.</summary>
    public static string PathLengths(OnnxGraph graph, string rows, IReadOnlyList<IsolationTree> trees, FeatureKeys keys)
    {
        var distance = graph.Add("Mul", graph.Add("Sub", rows, graph.Row(keys.Center)), graph.Row(keys.Unit));
        var input = graph.Cast(distance, OnnxType.Float);
        string[] sums = [.. trees.Chunk(TreesPerSum).Select(part => SumOf(graph, input, part))];
        return sums.Length == 1 ? sums[0] : graph.Add("Sum", sums);
    }

    private static string SumOf(OnnxGraph graph, string keys, IsolationTree[] trees)
    {
        var nodes = trees.SelectMany((tree, t) => Enumerable.Range(0, tree.Feature.Length).Select(n => (Tree: tree, T: (long)t, N: n)))
            .ToArray();
        var leaves = nodes.Where(n => n.Tree.Feature[n.N] < 0).ToArray();
        var sums = graph.AddOfMachineLearning("TreeEnsembleRegressor", [keys],
            ("n_targets", 1L), ("aggregate_function", "SUM"), ("post_transform", "NONE"),
            ("nodes_treeids", Array.ConvertAll(nodes, n => n.T)),
            ("nodes_nodeids", Array.ConvertAll(nodes, n => (long)n.N)),
            ("nodes_featureids", Array.ConvertAll(nodes, n => (long)Math.Max(0, n.Tree.Feature[n.N]))),
            ("nodes_modes", Array.ConvertAll(nodes, n => n.Tree.Feature[n.N] < 0 ? "LEAF" : "BRANCH_LEQ")),
            ("nodes_values", Array.ConvertAll(nodes, n => n.Tree.Feature[n.N] < 0 ? 0f : n.Tree.Threshold[n.N])),
            ("nodes_truenodeids", Array.ConvertAll(nodes, n => n.Tree.Feature[n.N] < 0 ? 0L : n.Tree.Left[n.N])),
            ("nodes_falsenodeids", Array.ConvertAll(nodes, n => n.Tree.Feature[n.N] < 0 ? 0L : n.Tree.Left[n.N] + 1)),
            ("target_treeids", Array.ConvertAll(leaves, n => n.T)),
            ("target_nodeids", Array.ConvertAll(leaves, n => (long)n.N)),
            ("target_ids", new long[leaves.Length]),
            ("target_weights", Array.ConvertAll(leaves, n => n.Tree.PathLength[n.N])));
        return graph.Cast(sums, OnnxType.Double);
    }
}
