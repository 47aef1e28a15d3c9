using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Ways in which the latest of a row of values can be unlike those before it.</summary>
internal static class Nonconformity
{
    private static readonly double DayMinutes = TimeSpan.FromDays(1).TotalMinutes;

    /// <summary>
    /// Distance from the latest <paramref name="length"/> values to the nearest earlier run of as many that does not overlap them:
    /// the left matrix profile without normalisation (Yeh et al. 2016), the nearest-neighbour distance of KNN-CAD (Burnaev and
    /// Ishimtsev 2016); 0 where nothing can be compared.
    /// </summary>
    public static double Novelty(ReadOnlySpan<double> values, int length)
    {
        if (values.Length < 2 * length) return 0;
        var latest = values[^length..];
        var starts = values.Length - 2 * length + 1;
        var nearest = new Vector<double>(double.PositiveInfinity);
        var start = 0;
        for (; start <= starts - Vector<double>.Count; start += Vector<double>.Count)
            nearest = Vector.Min(nearest, SquaredDistances(latest, values[start..]));
        var least = double.PositiveInfinity;
        for (var lane = 0; lane < Vector<double>.Count; lane++) least = Math.Min(least, nearest[lane]);
        for (; start < starts; start++) least = Math.Min(least, SquaredDistance(latest, values.Slice(start, length)));
        return Math.Sqrt(least);
    }

    /// <summary>
    /// As <see cref="Novelty"/>, but only runs that ended near this time of day on earlier days count: a usual value at an unusual hour
    /// is anomalous. Null until two days were seen, for one earlier day shows no habit, and where no earlier run can be compared.
    /// </summary>
    /// <param name="values">Oldest first.</param>
    /// <param name="minutes">When each value was observed, in minutes since any midnight.</param>
    /// <param name="length">Values of a run.</param>
    /// <param name="tolerance">Difference in the time of day up to which runs are compared, in minutes.</param>
    public static double? NoveltyAtTimeOfDay(ReadOnlySpan<double> values, ReadOnlySpan<double> minutes, int length, double tolerance)
    {
        var now = minutes[^1];
        if (values.Length < 2 * length || now - minutes[0] <= 2 * DayMinutes) return null;
        var latest = values[^length..];
        var nearest = double.PositiveInfinity;
        // a run is known by its last value, whose time is looked up
        var (end, last) = (length - 1, values.Length - length);
        for (; end <= last - Vector<double>.Count; end += Vector<double>.Count)
        {
            var comparable = AreAtTimeOfDay(now, new Vector<double>(minutes[end..]), tolerance);
            if (!Vector.EqualsAny(comparable, Vector<long>.AllBitsSet)) continue;
            for (var lane = 0; lane < Vector<double>.Count; lane++)
            {
                if (comparable[lane] != 0) Compare(values, latest, end + lane, ref nearest);
            }
        }
        for (; end < last; end++)
        {
            if (AreAtTimeOfDay(now, new Vector<double>(minutes[end]), tolerance)[0] != 0) Compare(values, latest, end, ref nearest);
        }
        return double.IsFinite(nearest) ? Math.Sqrt(nearest) : null;
    }

    private static void Compare(ReadOnlySpan<double> values, ReadOnlySpan<double> latest, int end, ref double nearest) =>
        nearest = Math.Min(nearest, SquaredDistance(latest, values.Slice(end + 1 - latest.Length, latest.Length)));

    /// <summary>Which times lie half a day or more back, within the tolerance of a whole number of days.</summary>
    private static Vector<long> AreAtTimeOfDay(double now, Vector<double> minutes, double tolerance)
    {
        var age = new Vector<double>(now) - minutes;
        var offset = age - Vector.Round(age / DayMinutes) * DayMinutes;
        return Vector.GreaterThanOrEqual(age, new Vector<double>(DayMinutes / 2))
            & Vector.LessThanOrEqual(Vector.Abs(offset), new Vector<double>(tolerance));
    }

    /// <summary>Mean of the latest <paramref name="length"/> values.</summary>
    public static double Level(ReadOnlySpan<double> values, int length)
    {
        var latest = values[^Math.Min(length, values.Length)..];
        var sum = 0.0;
        foreach (var value in latest) sum += value;
        return sum / latest.Length;
    }

    /// <summary>Population standard deviation of the latest <paramref name="length"/> values.</summary>
    public static double Volatility(ReadOnlySpan<double> values, int length)
    {
        var latest = values[^Math.Min(length, values.Length)..];
        var mean = Level(values, length);
        var squares = 0.0;
        foreach (var value in latest) squares += (value - mean) * (value - mean);
        return Math.Sqrt(squares / latest.Length);
    }

    private static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = a.Length - 1; i >= 0; i--) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }

    /// <summary>
    /// From a run to the runs that start at each of the first values, added in the order of <see cref="SquaredDistance"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> SquaredDistances(ReadOnlySpan<double> run, ReadOnlySpan<double> values)
    {
        var sum = Vector<double>.Zero;
        // the caller leaves a whole run of values after the last of the starts, so no load reaches beyond them
        ref var first = ref MemoryMarshal.GetReference(values);
        for (var i = run.Length - 1; i >= 0; i--)
        {
            var difference = new Vector<double>(run[i]) - Vector.LoadUnsafe(ref first, (nuint)i);
            sum += difference * difference;
        }
        return sum;
    }
}
