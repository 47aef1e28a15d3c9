namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>The nearest points so far as a binary heap with the farthest on top; of equally far points the earlier stays.</summary>
internal sealed class NearestHeap
{
    private readonly double[] _squares;
    private readonly int[] _points;

    public NearestHeap(int size)
    {
        _squares = new double[size];
        _points = new int[size];
        Array.Fill(_squares, double.PositiveInfinity);
    }

    /// <summary>Squared distance of the farthest point kept.</summary>
    public double Farthest => _squares[0];

    public void Offer(int point, double square)
    {
        if (square >= _squares[0]) return;
        var place = 0;
        while (2 * place + 1 < _squares.Length)
        {
            var child = 2 * place + 1;
            if (child + 1 < _squares.Length && _squares[child + 1] > _squares[child]) child++;
            if (_squares[child] <= square) break;
            (_squares[place], _points[place]) = (_squares[child], _points[child]);
            place = child;
        }
        (_squares[place], _points[place]) = (square, point);
    }

    /// <summary>
    /// Copies all but one point, nearest first; when many duplicates have crowded the point itself out, all but the nearest.
    /// </summary>
    public void CopyWithout(int point, Span<int> indices, Span<double> distances)
    {
        Array.Sort(_squares, _points);
        var skipped = Math.Max(0, Array.IndexOf(_points, point));
        for (int i = 0, k = 0; i < _points.Length; i++)
        {
            if (i == skipped) continue;
            (indices[k], distances[k]) = (_points[i], Math.Sqrt(_squares[i]));
            k++;
        }
    }
}
