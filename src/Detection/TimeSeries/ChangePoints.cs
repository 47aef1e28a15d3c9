namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// PELT (Killick, Fearnhead, Eckley 2012): the exact segmentation that minimises the summed squared deviations from the segments' means
/// plus a penalty per change, in linear time when changes grow with the series.
/// </summary>
public static class ChangePoints
{
    /// <summary>The first rows of every segment but the first, ascending.</summary>
    /// <param name="values">The series; NaN values are filled.</param>
    /// <param name="penalty">Cost of one change, positive; null for 2 σ² ln n (BIC), with σ from the median step.</param>
    /// <param name="min_size">Minimum of rows of a segment.</param>
    public static int[] Pelt(ReadOnlySpan<double> values, double? penalty = null, int min_size = 2)
    {
        if (penalty is not (null or > 0)) throw new ParameterException("penalty", "a positive number or null", $"{penalty}");
        if (min_size < 1) throw new ParameterException("min_size", "an integer >= 1", $"{min_size}");
        var filled = Series.Prepare(values);
        var price = penalty ?? DefaultPenalty(filled);
        var (sums, squares) = Cumulated(filled);
        var best = new double[filled.Length + 1];
        var previous = new int[filled.Length + 1];
        Array.Fill(best, double.PositiveInfinity);
        best[0] = -price;
        var starts = new List<int>();
        for (var end = min_size; end <= filled.Length; end++)
        {
            if (double.IsFinite(best[end - min_size])) starts.Add(end - min_size);
            foreach (var start in starts)
            {
                var cost = best[start] + Cost(sums, squares, start, end) + price;
                if (cost < best[end]) (best[end], previous[end]) = (cost, start);
            }
            // from here on a further change at `latest` is allowed: a start that is worse than it can never win again
            var latest = end - min_size;
            starts.RemoveAll(start => start < latest && best[start] + Cost(sums, squares, start, latest) > best[latest]);
        }
        var changes = new Stack<int>();
        for (var at = previous[filled.Length]; at > 0; at = previous[at]) changes.Push(at);
        return [.. changes];
    }

    private static double DefaultPenalty(double[] values)
    {
        if (values.Length < 3) return double.MaxValue;
        var steps = new double[values.Length - 1];
        for (var i = 0; i < steps.Length; i++) steps[i] = Math.Abs(values[i + 1] - values[i]);
        // a difference has twice the variance; of a noiseless series any change counts that is more than rounding
        var sigma = 1.482602218505602 * Numerics.OrderStatistics.Median(steps) / Math.Sqrt(2);
        var mean = values.Average();
        var squares = values.Sum(v => (v - mean) * (v - mean));
        var ofCosts = 64 * Numerics.Rounding.Epsilon * squares;
        var ofValues = values.Length * Math.Pow(Numerics.Rounding.Of(values), 2);
        return Math.Max(1e-300, Math.Max(2 * sigma * sigma * Math.Log(values.Length), ofCosts + ofValues));
    }

    private static double Cost(double[] sums, double[] squares, int start, int end)
    {
        var sum = sums[end] - sums[start];
        return Math.Max(0, squares[end] - squares[start] - sum * sum / (end - start));
    }

    private static (double[] Sums, double[] Squares) Cumulated(double[] values)
    {
        // centred first, or the squares of a high level swallow the deviations
        var mean = values.Average();
        var (sums, squares) = (new double[values.Length + 1], new double[values.Length + 1]);
        for (var i = 0; i < values.Length; i++)
        {
            sums[i + 1] = sums[i] + values[i] - mean;
            squares[i + 1] = squares[i] + (values[i] - mean) * (values[i] - mean);
        }
        return (sums, squares);
    }
}
