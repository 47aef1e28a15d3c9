namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>Prepares a series for the batch methods: missing values and irregular sampling.</summary>
public static class Series
{
    /// <summary>Puts NaN values on the straight line between their neighbours; at the ends the nearest value is repeated.</summary>
    /// <exception cref="ArgumentException">There is no value, only missing ones, or an infinite one.</exception>
    public static double[] Fill(ReadOnlySpan<double> values)
    {
        var filled = values.ToArray();
        var known = Array.FindIndex(filled, v => !double.IsNaN(v));
        if (known < 0) throw new ArgumentException("values: expected at least one value that is not missing", nameof(values));
        filled.AsSpan(0, known).Fill(filled[known]);
        for (var i = known; i < filled.Length; i++)
        {
            if (double.IsInfinity(filled[i])) throw new ArgumentException($"values[{i}]: expected a finite number or NaN", nameof(values));
            if (double.IsNaN(filled[i])) continue;
            for (var j = known + 1; j < i; j++) filled[j] = filled[known] + (filled[i] - filled[known]) * (j - known) / (i - known);
            known = i;
        }
        filled.AsSpan(known).Fill(filled[known]);
        return filled;
    }

    /// <summary>
    /// The mean of the values in each interval of an even grid from the first timestamp on; NaN where an interval is empty.
    /// </summary>
    /// <param name="timestamps">Ascending.</param>
    /// <param name="values">One per timestamp; NaN is missing.</param>
    /// <param name="interval">Width of the grid, positive.</param>
    /// <exception cref="ArgumentException">Lengths differ, timestamps descend, or the interval is not positive.</exception>
    public static double[] Resample(ReadOnlySpan<DateTimeOffset> timestamps, ReadOnlySpan<double> values, TimeSpan interval)
    {
        if (timestamps.Length != values.Length || values.IsEmpty)
            throw new ArgumentException($"values: expected one for each of {timestamps.Length} timestamps, got {values.Length}", nameof(values));
        if (interval <= TimeSpan.Zero) throw new ArgumentException($"interval: expected a positive time, got {interval}", nameof(interval));
        var sums = new double[(timestamps[^1] - timestamps[0]).Ticks / interval.Ticks + 1];
        var counts = new int[sums.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0 && timestamps[i] < timestamps[i - 1])
                throw new ArgumentException($"timestamps[{i}]: expected ascending times", nameof(timestamps));
            if (double.IsNaN(values[i])) continue;
            var slot = (timestamps[i] - timestamps[0]).Ticks / interval.Ticks;
            sums[slot] += values[i];
            counts[slot]++;
        }
        for (var s = 0; s < sums.Length; s++) sums[s] = counts[s] > 0 ? sums[s] / counts[s] : double.NaN;
        return sums;
    }
}
