namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// MSTL, the decomposition of a series with several seasons (Bandara, Hyndman, Bergmeir 2021): each season in turn is estimated by
/// <see cref="SeasonalTrend"/> from what the others leave, twice over; value = trend + seasons + residual.
/// </summary>
/// <param name="Trend">What is left of the last season's decomposition.</param>
/// <param name="Seasonal">One series per period, in ascending order of the periods.</param>
/// <param name="Residual">What neither trend nor seasons explain.</param>
public sealed record MultiSeasonalTrend(double[] Trend, double[][] Seasonal, double[] Residual)
{
    /// <param name="values">The series; NaN values are filled.</param>
    /// <param name="periods">Rows of each season, all different, from 2 to half the series.</param>
    /// <param name="windows">For each period in ascending order, the odd number of seasons over which it is smoothed, at least 7; null
    /// for 11, 15, 19, ….</param>
    /// <param name="iterate">Times that every season is estimated; of one season alone, once.</param>
    /// <param name="outer_iter">Rounds that take weight from rows with large residuals.</param>
    /// <exception cref="ParameterException">A parameter is out of range.</exception>
    /// <exception cref="ArgumentException">There is no value, or one beyond ±1e75.</exception>
    public static MultiSeasonalTrend Decompose(
        ReadOnlySpan<double> values, IReadOnlyList<int> periods, IReadOnlyList<int>? windows = null, int iterate = 2, int outer_iter = 5)
    {
        ArgumentNullException.ThrowIfNull(periods);
        if (periods.Count == 0 || periods.Distinct().Count() < periods.Count)
            throw new ParameterException("periods", "at least one period, all different", $"[{string.Join(", ", periods)}]");
        if (windows is not null && windows.Count != periods.Count)
            throw new ParameterException("windows", $"{periods.Count} numbers, one per period", $"[{string.Join(", ", windows)}]");
        if (iterate < 1) throw new ParameterException("iterate", "an integer >= 1", $"{iterate}");
        int[] ascending = [.. periods.Order()];
        var rest = Series.Prepare(values);
        var seasons = Array.ConvertAll(ascending, _ => new double[rest.Length]);
        SeasonalTrend? parts = null;
        for (var round = 0; round < (ascending.Length > 1 ? iterate : 1); round++)
        {
            for (var s = 0; s < ascending.Length; s++)
            {
                rest = [.. rest.Zip(seasons[s], (value, season) => value + season)];
                parts = SeasonalTrend.Of(rest, ascending[s], windows?[s] ?? 11 + 4 * s, outer_iter);
                seasons[s] = parts.Seasonal;
                rest = [.. rest.Zip(seasons[s], (value, season) => value - season)];
            }
        }
        return new MultiSeasonalTrend(parts!.Trend, seasons, [.. rest.Zip(parts.Trend, (value, trend) => value - trend)]);
    }
}
