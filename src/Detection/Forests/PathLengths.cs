namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>Sums the path lengths of many rows over all trees, in tree order, so that every implementation gives the same bits.</summary>
internal abstract class PathLengths
{
    /// <param name="rows">Row-major values.</param>
    /// <param name="sums">Receives the sum of h(x) over the trees for each row.</param>
    public abstract void Sum(ReadOnlySpan<double> rows, Span<double> sums);

    public static PathLengths Of(IReadOnlyList<IsolationTree> trees, FeatureKeys keys)
    {
        var deepest = trees.Max(t => t.Depth);
        var linked = new LinkedTrees(trees, keys);
        return VectorTrees.IsSupported && deepest <= VectorTrees.MaxDepth ? new VectorTrees(trees, keys, linked) : linked;
    }
}
