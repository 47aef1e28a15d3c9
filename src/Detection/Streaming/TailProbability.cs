using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// How improbable a nonconformity is among the latest ones of the same stream: its rank, and beyond the top √n a Pareto tail fitted to
/// them (Hill 1975), so that records are graded by how far they lie out.
/// </summary>
internal sealed class TailProbability(int capacity)
{
    /// <summary>Fewer observations than this say nothing about a tail.</summary>
    private const int Least = 20;

    /// <summary>
    /// No tail is taken to be lighter than x^-2, the border of finite variance. The √n largest of some thousand numbers cannot prove a
    /// lighter one, and believing it would make every record near certain; ties among them would even leave Hill's estimate at zero.
    /// </summary>
    private const double SmallestShape = 0.5;

    private readonly RecentValues _latest = new(capacity);
    private double[] _sorted = new double[16];
    private int _count;

    /// <summary>-ln P(nonconformity at least this) by what was seen before; 0 while too little was seen. Then learns it.</summary>
    public double Surprisal(double nonconformity)
    {
        var surprisal = _count < Least ? 0 : Estimate(nonconformity);
        Learn(nonconformity);
        return surprisal;
    }

    public void Write(ModelWriter writer) => _latest.Write(writer);

    public void Read(ref ModelReader reader)
    {
        _latest.Read(ref reader);
        _sorted = _latest.Values.ToArray();
        Array.Sort(_sorted);
        _count = _sorted.Length;
    }

    private double Estimate(double nonconformity)
    {
        var known = _sorted.AsSpan(0, _count);
        var top = Math.Max(5, (int)Math.Sqrt(_count));
        var tail = known[^top..];
        if (nonconformity <= tail[0] || tail[0] <= 0)
            return Math.Log((_count + 1.0) / (_count - FirstAtLeast(known, nonconformity) + 1));
        var shape = 0.0;
        foreach (var value in tail) shape += Math.Log(value / tail[0]);
        return Math.Log((_count + 1.0) / (top + 1)) + Math.Log(nonconformity / tail[0]) / Math.Max(shape / top, SmallestShape);
    }

    private void Learn(double nonconformity)
    {
        if (_latest.Length == capacity) Remove(_latest.Values[0]);
        _latest.Append(nonconformity);
        if (_count == _sorted.Length) Array.Resize(ref _sorted, 2 * _count);
        var at = FirstAtLeast(_sorted.AsSpan(0, _count), nonconformity);
        _sorted.AsSpan(at, _count - at).CopyTo(_sorted.AsSpan(at + 1));
        _sorted[at] = nonconformity;
        _count++;
    }

    private void Remove(double nonconformity)
    {
        var at = FirstAtLeast(_sorted.AsSpan(0, _count), nonconformity);
        _sorted.AsSpan(at + 1, _count - at - 1).CopyTo(_sorted.AsSpan(at));
        _count--;
    }

    private static int FirstAtLeast(ReadOnlySpan<double> ascending, double value)
    {
        int low = 0, high = ascending.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ascending[middle] < value) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
