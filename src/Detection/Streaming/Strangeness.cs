namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Ways in which the latest of a row of values can be unlike those before it.</summary>
internal static class Strangeness
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
        var nearest = double.PositiveInfinity;
        for (var start = values.Length - 2 * length; start >= 0; start--)
            nearest = Math.Min(nearest, SquaredDistance(latest, values.Slice(start, length), nearest));
        return Math.Sqrt(nearest);
    }

    /// <summary>
    /// As <see cref="Novelty"/>, but only runs that ended near this time of day on earlier days count: a usual value at an unusual hour
    /// is strange. Null until two days were seen, for one earlier day shows no habit, and where no earlier run can be compared.
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
        for (var end = values.Length - length; end >= length; end--)
        {
            var age = now - minutes[end - 1];
            if (age < DayMinutes / 2 || Math.Abs(Math.IEEERemainder(age, DayMinutes)) > tolerance) continue;
            nearest = Math.Min(nearest, SquaredDistance(latest, values.Slice(end - length, length), nearest));
        }
        return double.IsFinite(nearest) ? Math.Sqrt(nearest) : null;
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

    /// <summary>The squared Euclidean distance, or anything not below <paramref name="enough"/> once it is reached.</summary>
    private static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double enough)
    {
        var sum = 0.0;
        for (var i = a.Length - 1; i >= 0 && sum < enough; i--) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}
