namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>
/// Euclidean search that breaks ties as scikit-learn does, which takes a k-d tree up to 15 features. The tree is grown at the first
/// tie.
/// </summary>
internal sealed class TiedEuclideanSearch : NeighborSearch<Euclidean>
{
    public const int MaxFeatures = 15;
    private readonly Lazy<KdTree> _tree;

    public TiedEuclideanSearch(Matrix points) : base(points) => _tree = new Lazy<KdTree>(() => new KdTree(points));

    private protected override void BreakTie(int point, Span<int> indices, Span<double> distances) =>
        _tree.Value.Find(point, indices, distances);
}
