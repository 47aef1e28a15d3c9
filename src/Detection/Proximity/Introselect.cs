namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>
/// Selection by median-of-three partitioning (Musser 1997), step for step as the GNU C++ library's <c>nth_element</c>, because where
/// it leaves the other elements decides which of several equally near points a k-d tree meets first.
/// </summary>
/// <param name="items">Numbers of points, rearranged in place.</param>
/// <param name="keys">Key of each point; equal keys are ordered by the point's number.</param>
internal readonly ref struct Introselect(Span<int> items, ReadOnlySpan<double> keys)
{
    private readonly Span<int> _items = items;
    private readonly ReadOnlySpan<double> _keys = keys;

    /// <summary>Puts the nth item in its sorted place, smaller ones before it and larger ones after.</summary>
    public void Place(int nth)
    {
        int first = 0, last = _items.Length;
        while (last - first > 3)
        {
            var cut = PartitionAroundMedian(first, last);
            if (cut <= nth) first = cut;
            else last = cut;
        }
        for (var i = first + 1; i < last; i++)
        {
            for (var j = i; j > first && IsLess(_items[j], _items[j - 1]); j--) Swap(j, j - 1);
        }
    }

    private int PartitionAroundMedian(int first, int last)
    {
        MoveMedianTo(first, first + 1, first + (last - first) / 2, last - 1);
        var pivot = _items[first];
        int low = first + 1, high = last;
        while (true)
        {
            while (IsLess(_items[low], pivot)) low++;
            high--;
            while (IsLess(pivot, _items[high])) high--;
            if (low >= high) return low;
            Swap(low, high);
            low++;
        }
    }

    private void MoveMedianTo(int target, int a, int b, int c)
    {
        var (x, y, z) = (_items[a], _items[b], _items[c]);
        int median;
        if (IsLess(x, y)) median = IsLess(y, z) ? b : IsLess(x, z) ? c : a;
        else median = IsLess(x, z) ? a : IsLess(y, z) ? c : b;
        Swap(target, median);
    }

    private bool IsLess(int a, int b) => _keys[a] < _keys[b] || (_keys[a].Equals(_keys[b]) && a < b);

    private void Swap(int i, int j) => (_items[i], _items[j]) = (_items[j], _items[i]);
}
