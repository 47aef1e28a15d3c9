namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>
/// A k-d tree (Bentley 1975) laid out and walked exactly as scikit-learn's, down to the order of its leaves. It finds no nearer
/// points than exhaustive search does; but where several points are equally far, it keeps the same ones as scikit-learn, and so makes
/// scores on tables full of ties comparable.
/// </summary>
internal sealed class KdTree
{
    private const int LeafSize = 30;
    private readonly Matrix _points;
    private readonly double[] _columns;
    private readonly int[] _order;
    private readonly (int First, int End)[] _ranges;
    private readonly double[] _low;
    private readonly double[] _high;

    public KdTree(Matrix points)
    {
        (_points, _columns) = (points, points.ToColumnMajor());
        var levels = (int)(Math.Log2(Math.Max(1, (points.Rows - 1) / (double)LeafSize)) + 1);
        var nodes = (1 << levels) - 1;
        _order = [.. Enumerable.Range(0, points.Rows)];
        _ranges = new (int, int)[nodes];
        _low = new double[nodes * points.Columns];
        _high = new double[nodes * points.Columns];
        Build(0, 0, points.Rows);
    }

    /// <summary>The k nearest other points of a point, nearest first.</summary>
    public void Find(int point, Span<int> indices, Span<double> distances)
    {
        var nearest = new NearestHeap(indices.Length + 1);
        Visit(0, LowerBound(0, _points.Row(point)), _points.Row(point), nearest);
        nearest.CopyWithout(point, indices, distances);
    }

    private void Build(int node, int first, int end)
    {
        _ranges[node] = (first, end);
        var split = Bound(node, first, end);
        if (2 * node + 1 >= _ranges.Length) return;
        var half = (end - first) / 2;
        new Introselect(_order.AsSpan(first, end - first), _columns.AsSpan(split * _points.Rows, _points.Rows)).Place(half);
        Build(2 * node + 1, first, first + half);
        Build(2 * node + 2, first + half, end);
    }

    /// <summary>Sets a node's bounding box; the first feature of the greatest extent is the one to split.</summary>
    private int Bound(int node, int first, int end)
    {
        var low = _low.AsSpan(node * _points.Columns, _points.Columns);
        var high = _high.AsSpan(node * _points.Columns, _points.Columns);
        low.Fill(double.PositiveInfinity);
        high.Fill(double.NegativeInfinity);
        foreach (var point in _order.AsSpan(first, end - first))
        {
            System.Numerics.Tensors.TensorPrimitives.Min(low, _points.Row(point), low);
            System.Numerics.Tensors.TensorPrimitives.Max(high, _points.Row(point), high);
        }
        var (split, widest) = (0, 0.0);
        for (var f = 0; f < low.Length; f++)
        {
            if (high[f] - low[f] > widest) (split, widest) = (f, high[f] - low[f]);
        }
        return split;
    }

    private void Visit(int node, double bound, ReadOnlySpan<double> row, NearestHeap nearest)
    {
        if (bound > nearest.Farthest) return;
        var left = 2 * node + 1;
        if (left >= _ranges.Length)
        {
            for (var i = _ranges[node].First; i < _ranges[node].End; i++) nearest.Offer(_order[i], Square(row, _points.Row(_order[i])));
            return;
        }
        var (toLeft, toRight) = (LowerBound(left, row), LowerBound(left + 1, row));
        if (toLeft <= toRight)
        {
            Visit(left, toLeft, row, nearest);
            Visit(left + 1, toRight, row, nearest);
        }
        else
        {
            Visit(left + 1, toRight, row, nearest);
            Visit(left, toLeft, row, nearest);
        }
    }

    /// <summary>Squared distance from a row to a node's box.</summary>
    private double LowerBound(int node, ReadOnlySpan<double> row)
    {
        var sum = 0.0;
        for (var f = 0; f < row.Length; f++)
        {
            var below = _low[node * row.Length + f] - row[f];
            var above = row[f] - _high[node * row.Length + f];
            var outside = 0.5 * (below + Math.Abs(below) + (above + Math.Abs(above)));
            sum += outside * outside;
        }
        return sum;
    }

    /// <summary>Multiplied and added in two roundings: a fused operation would tell apart what is equally far for scikit-learn.</summary>
    private static double Square(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var f = 0; f < a.Length; f++)
        {
            var difference = a[f] - b[f];
            sum += difference * difference;
        }
        return sum;
    }
}
