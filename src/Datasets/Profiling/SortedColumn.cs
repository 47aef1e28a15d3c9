using System.Numerics;
using DuckDB.NET.Data;
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
    private readonly long[] _places;
    private readonly long _count;
    private long _position;

    private SortedColumn(long count)
    {
        _count = count;
        _places = Array.ConvertAll(Probabilities, p => (long)Math.Floor((count - 1) * p));
    }

    public long UniqueCount { get; private set; }

    public T Min { get; private set; }

    public T Max { get; private set; }

    /// <param name="connection">Where the table is.</param>
    /// <param name="expression">The column, or what makes a number of it.</param>
    /// <param name="count">How many of its cells are present.</param>
    /// <param name="ct">Stops the reading.</param>
    public static SortedColumn<T> Of(DuckDBConnection connection, string expression, long count, CancellationToken ct)
    {
        var sorted = new SortedColumn<T>(count);
        foreach (var row in connection.Query($"SELECT v FROM (SELECT {expression} AS v FROM {Table.Name}) WHERE v IS NOT NULL ORDER BY v",
            ct))
            sorted.Take(row.GetFieldValue<T>(0));
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

    private void Take(T value)
    {
        if (_position == 0)
            (Min, UniqueCount) = (value, 1);
        else if (value != Max)
            UniqueCount++;
        Max = value;
        for (var i = 0; i < Probabilities.Length; i++)
        {
            if (_position == _places[i])
                _below[i] = value;
            if (_position == Math.Min(_places[i] + 1, _count - 1))
                _above[i] = value;
        }
        _position++;
    }
}
