namespace EventSourcedAnomaly.Detection.Kernels;

/// <summary>
/// Rows of the kernel matrix of some points, computed when first asked for; the least recently used leave when memory is short.
/// </summary>
internal sealed class KernelCache
{
    private readonly Kernel _kernel;
    private readonly Matrix _points;
    private readonly double[] _columns;
    private readonly double[] _buffer;
    private readonly double[]?[] _rows;
    private readonly LinkedList<int> _byUse = new();
    private readonly LinkedListNode<int>?[] _uses;
    private readonly int _capacity;

    /// <param name="kernel">The kernel.</param>
    /// <param name="points">The points.</param>
    /// <param name="megabytes">Memory to use; at least two rows are kept.</param>
    public KernelCache(Kernel kernel, Matrix points, double megabytes)
    {
        (_kernel, _points, _columns) = (kernel, points, points.ToColumnMajor());
        _buffer = new double[points.Rows];
        _rows = new double[points.Rows][];
        _uses = new LinkedListNode<int>[points.Rows];
        _capacity = (int)Math.Clamp(megabytes * 1024 * 1024 / (8.0 * points.Rows), 2, points.Rows + 2);
    }

    public double[] Row(int index)
    {
        if (_rows[index] is { } known)
        {
            _byUse.Remove(_uses[index]!);
            _byUse.AddFirst(_uses[index]!);
            return known;
        }
        var row = _byUse.Count < _capacity ? new double[_points.Rows] : Evict();
        _kernel.Evaluate(_points.Row(index), _columns, _buffer, row);
        _rows[index] = row;
        _uses[index] = _byUse.AddFirst(index);
        return row;
    }

    private double[] Evict()
    {
        var oldest = _byUse.Last!.Value;
        _byUse.RemoveLast();
        var row = _rows[oldest]!;
        _rows[oldest] = null;
        return row;
    }
}
