using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// The generalised extreme Studentised deviate test (Rosner 1983) and its seasonal hybrid form S-H-ESD (Hochenbaum, Vallis, Kejariwal
/// 2017), which tests what <see cref="SeasonalTrend"/> leaves with median and median absolute deviation.
/// </summary>
public static class SeasonalEsd
{
    private const double NormalMad = 1.482602218505602;

    /// <summary>Rows of the anomalies, most extreme first.</summary>
    /// <param name="values">The series; NaN values are filled and never reported.</param>
    /// <param name="period">Rows of a season, at least 2; two seasons are needed.</param>
    /// <param name="max_anoms">Greatest share of anomalies, in (0, 0.5).</param>
    /// <param name="alpha">Significance of the test, in (0, 1).</param>
    public static int[] Detect(ReadOnlySpan<double> values, int period, double max_anoms = 0.1, double alpha = 0.05)
    {
        var filled = Series.Prepare(values);
        var parts = SeasonalTrend.Decompose(filled, period);
        if (ExactSeason.Residuals(filled, period) is { } exact) return Outliers(Present(values, exact), max_anoms, alpha, robust: true);
        var median = OrderStatistics.Median(filled);
        for (var i = 0; i < filled.Length; i++) filled[i] = double.IsNaN(values[i]) ? 0 : filled[i] - parts.Seasonal[i] - median;
        return Outliers(filled, max_anoms, alpha, robust: true);
    }

    /// <summary>Rows of the anomalies of a series with several seasons, most extreme first.</summary>
    /// <param name="values">The series; NaN values are filled and never reported.</param>
    /// <param name="periods">Rows of each season, as <see cref="MultiSeasonalTrend"/> takes them.</param>
    /// <param name="max_anoms">Greatest share of anomalies, in (0, 0.5).</param>
    /// <param name="alpha">Significance of the test, in (0, 1).</param>
    public static int[] Detect(ReadOnlySpan<double> values, IReadOnlyList<int> periods, double max_anoms = 0.1, double alpha = 0.05)
    {
        var filled = Series.Prepare(values);
        var parts = MultiSeasonalTrend.Decompose(filled, periods);
        if (ExactSeason.Residuals(filled, periods.Max()) is { } exact)
            return Outliers(Present(values, exact), max_anoms, alpha, robust: true);
        var median = OrderStatistics.Median(filled);
        for (var i = 0; i < filled.Length; i++)
            filled[i] = double.IsNaN(values[i]) ? 0 : filled[i] - parts.Seasonal.Sum(season => season[i]) - median;
        return Outliers(filled, max_anoms, alpha, robust: true);
    }

    /// <summary>Rows of the outliers of an approximately normal sample, most extreme first.</summary>
    /// <param name="values">Finite values.</param>
    /// <param name="max_anoms">Greatest share of outliers, in (0, 0.5).</param>
    /// <param name="alpha">Significance of the test, in (0, 1).</param>
    /// <param name="robust">Median and scaled median absolute deviation instead of mean and sample standard deviation.</param>
    public static int[] Test(ReadOnlySpan<double> values, double max_anoms = 0.1, double alpha = 0.05, bool robust = false)
    {
        Series.Check(values, allowsMissing: false);
        return Outliers(values, max_anoms, alpha, robust);
    }

    private static double[] Present(ReadOnlySpan<double> values, double[] residuals)
    {
        for (var i = 0; i < residuals.Length; i++)
        {
            if (double.IsNaN(values[i])) residuals[i] = 0;
        }
        return residuals;
    }

    private static int[] Outliers(ReadOnlySpan<double> values, double max_anoms, double alpha, bool robust)
    {
        if (max_anoms is not (> 0 and < 0.5)) throw new ParameterException("max_anoms", "a number in (0, 0.5)", $"{max_anoms}");
        if (alpha is not (> 0 and < 1)) throw new ParameterException("alpha", "a number in (0, 1)", $"{alpha}");
        var usable = Series.InUsableUnit(values);
        var rounding = Rounding.Of(usable);
        var rest = usable.Select((value, row) => (Value: value, Row: row)).ToList();
        var removed = new List<int>();
        var significant = 0;
        for (var most = (int)(max_anoms * values.Length); removed.Count < most && rest.Count > 2;)
        {
            var (centre, scale) = Centre([.. rest.Select(r => r.Value)], robust);
            var extreme = rest.MaxBy(r => Math.Abs(r.Value - centre));
            var deviation = Math.Abs(extreme.Value - centre);
            if (deviation <= rounding) break;
            var critical = Critical(rest.Count, alpha);
            rest.Remove(extreme);
            removed.Add(extreme.Row);
            // beside values that are all the same, any other is an outlier
            if (scale <= rounding || deviation / scale > critical) significant = removed.Count;
        }
        return [.. removed.Take(significant)];
    }

    /// <summary>Rosner's λ for the most extreme of <paramref name="n"/> values.</summary>
    internal static double Critical(int n, double alpha)
    {
        var t = StudentQuantile(1 - alpha / (2 * n), n - 2);
        return t * (n - 1) / Math.Sqrt((n - 2 + t * t) * n);
    }

    private static (double Centre, double Scale) Centre(double[] values, bool robust)
    {
        if (!robust)
        {
            var mean = Moments.RefinedMean(values);
            return (mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1)));
        }
        var median = OrderStatistics.Median(values);
        return (median, NormalMad * OrderStatistics.Median(Array.ConvertAll(values, v => Math.Abs(v - median))));
    }

    /// <summary>The t whose cumulative probability is <paramref name="p"/> ≥ 0.5, by bisection of 1 - I(ν/(ν+t²); ν/2, 1/2)/2.</summary>
    private static double StudentQuantile(double p, int freedom)
    {
        double low = 0, high = 1;
        while (Upper(high) > 1 - p) high *= 2;
        for (var i = 0; i < 100 && low < high; i++)
        {
            var middle = low + (high - low) / 2;
            if (Upper(middle) > 1 - p) low = middle;
            else high = middle;
        }
        return high;

        double Upper(double t) => SpecialFunctions.RegularizedBeta(freedom / (freedom + t * t), freedom / 2.0, 0.5) / 2;
    }
}
