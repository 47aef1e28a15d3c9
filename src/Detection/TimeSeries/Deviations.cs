using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// How far each value of a series lies from the usual, larger being more anomalous; a missing value (NaN) scores 0. Values are from
/// -1e75 to 1e75; others are refused with their row.
/// </summary>
public static class Deviations
{
    /// <summary>Makes the median absolute deviation of a normal variable its standard deviation: 1/Φ⁻¹(3/4).</summary>
    private const double NormalMad = 1.482602218505602;

    /// <summary>|x - mean| in population standard deviations; 0 throughout for a constant series.</summary>
    public static double[] ZScore(ReadOnlySpan<double> values)
    {
        values = Prepared(values);
        var present = SortedPresent(values);
        var mean = Moments.RefinedMean(present);
        return Scaled(values, mean, Math.Sqrt(present.Average(v => (v - mean) * (v - mean))));
    }

    /// <summary>|x - median| in scaled median absolute deviations (Iglewicz and Hoaglin 1993 call values beyond 3.5 outliers).</summary>
    public static double[] Mad(ReadOnlySpan<double> values)
    {
        values = Prepared(values);
        var present = SortedPresent(values);
        var median = OrderStatistics.Median(present);
        return Scaled(values, median, NormalMad * OrderStatistics.Median(Array.ConvertAll(present, v => Math.Abs(v - median))));
    }

    /// <summary>Distance outside of the quartiles, in interquartile ranges (Tukey 1977: beyond 1.5 is outside of the fences).</summary>
    public static double[] Iqr(ReadOnlySpan<double> values)
    {
        values = Prepared(values);
        var sorted = SortedPresent(values);
        Array.Sort(sorted);
        var (low, high) = (OrderStatistics.Quantile(sorted, 0.25), OrderStatistics.Quantile(sorted, 0.75));
        var rounding = Rounding.Of(values);
        return Each(values, v => Ratio(Math.Max(0, Math.Max(low - v, v - high)), high - low, rounding));
    }

    /// <summary>
    /// |x - exponentially weighted mean of the values before| in exponentially weighted standard deviations (Roberts 1959); 0 for the
    /// first two values.
    /// </summary>
    /// <param name="values">The series.</param>
    /// <param name="alpha">Weight of the newest value, in (0, 1].</param>
    public static double[] Ewma(ReadOnlySpan<double> values, double alpha = 0.1)
    {
        if (!(alpha > 0 && alpha <= 1)) throw new ParameterException("alpha", "a number in (0, 1]", $"{alpha}");
        values = Prepared(values);
        if (SortedPresent(values).Length < 2) return new double[values.Length];
        var (mean, variance, seen, rounding) = (0.0, 0.0, 0, Rounding.Of(values));
        return Each(values, v =>
        {
            var difference = v - mean;
            var score = seen < 2 ? 0 : Ratio(Math.Abs(difference), Math.Sqrt(variance), rounding);
            var weight = seen++ == 0 ? 1 : alpha;
            mean += weight * difference;
            variance = (1 - weight) * (variance + weight * difference * difference);
            return score;
        });
    }

    /// <summary>
    /// Level shift: |median of the <paramref name="window"/> values from here on - median of as many before| in scaled median absolute
    /// deviations of these differences; 0 at either end.
    /// </summary>
    public static double[] LevelShift(ReadOnlySpan<double> values, int window = 10)
    {
        if (window < 1) throw new ParameterException("window", "an integer >= 1", $"{window}");
        var filled = Series.Prepare(values);
        var shifts = new double[filled.Length];
        for (var i = window; i <= filled.Length - window; i++)
        {
            var before = OrderStatistics.Median(filled.AsSpan(i - window, window));
            shifts[i] = Math.Abs(OrderStatistics.Median(filled.AsSpan(i, window)) - before);
        }
        var usual = NormalMad * OrderStatistics.Median(shifts);
        var rounding = Rounding.Of(filled);
        return Array.ConvertAll(shifts, s => Ratio(s, usual, rounding));
    }

    private static double[] Prepared(ReadOnlySpan<double> values)
    {
        Series.Check(values, allowsMissing: true);
        return Series.InUsableUnit(values);
    }

    private static double[] Scaled(ReadOnlySpan<double> values, double centre, double scale)
    {
        var rounding = Rounding.Of(values);
        return Each(values, v => Ratio(Math.Abs(v - centre), scale, rounding));
    }

    /// <summary>
    /// A deviation from a usual range of zero width is as anomalous as can be; what rounding explains is neither a deviation nor a width.
    /// </summary>
    private static double Ratio(double deviation, double scale, double rounding) =>
        deviation <= rounding ? 0 : scale > rounding ? Math.Min(deviation / scale, double.MaxValue) : double.MaxValue;

    private static double[] Each(ReadOnlySpan<double> values, Func<double, double> score)
    {
        var scores = new double[values.Length];
        for (var i = 0; i < values.Length; i++) scores[i] = double.IsNaN(values[i]) ? 0 : score(values[i]);
        return scores;
    }

    private static double[] SortedPresent(ReadOnlySpan<double> values)
    {
        var present = values.ToArray().Where(v => !double.IsNaN(v)).ToArray();
        return present.Length > 0
            ? present
            : throw new ArgumentException("values: expected at least one value that is not missing", nameof(values));
    }
}
