using System.Numerics;
using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets;

/// <summary>
/// What one pass over a column's sorted values tells: how many differ, the extremes and the quartiles. DuckDB's sort moves to disk
/// when memory is short, so the figures are exact at any size.
/// </summary>
/// <typeparam name="T">long or double, as the values come from DuckDB.</typeparam>
internal sealed class SortedColumn<T>
    where T : unmanaged, INumber<T>
{
    private static readonly double[] Probabilities = [0.25, 0.5, 0.75];
    private readonly T[] _below = new T[Probabilities.Length];
    private readonly T[] _above = new T[Probabilities.Length];
    private readonly long _count;
    private long _position;

    private SortedColumn(long count) => _count = count;

    public long UniqueCount { get; private set; }

    public T Min { get; private set; }

    public T Max { get; private set; }

    /// <param name="connection">Where the table is.</param>
    /// <param name="expression">The column, or what makes a number of it.</param>
    /// <param name="count">How many of its cells are present.</param>
    /// <param name="ct">Stops the reading.</param>
    public static SortedColumn<T> Of(Connection connection, string expression, long count, CancellationToken ct)
    {
        var sorted = new SortedColumn<T>(count);
        foreach (var batch in connection.Query($"SELECT v FROM (SELECT {expression} AS v FROM {Table.Name}) WHERE v IS NOT NULL ORDER BY v", ct))
            sorted.Take(batch.Values<T>(0));
        return sorted;
    }

    /// <summary>The quartiles, interpolated linearly between neighbours.</summary>
    public double[] Quartiles(double unit)
    {
        var quartiles = new double[Probabilities.Length];
        for (var i = 0; i < quartiles.Length; i++)
        {
            var place = (_count - 1) * Probabilities[i];
            var (below, above) = (double.CreateChecked(_below[i]) / unit, double.CreateChecked(_above[i]) / unit);
            quartiles[i] = below + ((place - Math.Floor(place)) * (above - below));
        }
        return quartiles;
    }

    private void Take(ReadOnlySpan<T> values)
    {
        if (_position == 0)
            (Min, UniqueCount) = (values[0], 1);
        else
            UniqueCount += values[0] != Max ? 1 : 0;
        for (var i = 1; i < values.Length; i++)
            UniqueCount += values[i] != values[i - 1] ? 1 : 0;
        Max = values[^1];
        for (var i = 0; i < Probabilities.Length; i++)
        {
            var place = (long)Math.Floor((_count - 1) * Probabilities[i]);
            Pick(values, place, ref _below[i]);
            Pick(values, Math.Min(place + 1, _count - 1), ref _above[i]);
        }
        _position += values.Length;
    }

    private void Pick(ReadOnlySpan<T> values, long place, ref T target)
    {
        if (place >= _position && place < _position + values.Length)
            target = values[(int)(place - _position)];
    }
}
