namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>Prepares a series for the batch methods: missing values and irregular sampling.</summary>
public static class Series
{
    private const long MaxSlots = 10_000_000;

    /// <summary>Puts NaN values on the straight line between their neighbours; at the ends the nearest value is repeated.</summary>
    /// <exception cref="ArgumentException">There is no value, only missing ones, or an infinite one; the message gives its row.</exception>
    public static double[] Fill(ReadOnlySpan<double> values)
    {
        var filled = values.ToArray();
        var known = Array.FindIndex(filled, v => !double.IsNaN(v));
        if (known < 0) throw new ArgumentException("values: expected at least one value that is not missing", nameof(values));
        filled.AsSpan(0, known).Fill(filled[known]);
        for (var i = known; i < filled.Length; i++)
        {
            if (double.IsInfinity(filled[i]))
                throw new ArgumentException($"values[{i}]: expected a finite number or NaN, got {filled[i]}", nameof(values));
            if (double.IsNaN(filled[i])) continue;
            for (var j = known + 1; j < i; j++) filled[j] = filled[known] + (filled[i] - filled[known]) * (j - known) / (i - known);
            known = i;
        }
        filled.AsSpan(known).Fill(filled[known]);
        return filled;
    }

    /// <summary>The series without gaps, of numbers whose squares are within float64.</summary>
    internal static double[] Prepare(ReadOnlySpan<double> values)
    {
        Check(values, allowsMissing: true);
        return Fill(values);
    }

    /// <summary>Refuses numbers whose squares would leave float64, and missing ones where they cannot be.</summary>
    internal static void Check(ReadOnlySpan<double> values, bool allowsMissing)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (Math.Abs(values[i]) <= Matrix.LargestNumber || (allowsMissing && double.IsNaN(values[i]))) continue;
            var expected = $"a number from -{Matrix.LargestNumber} to {Matrix.LargestNumber}{(allowsMissing ? " or NaN" : "")}";
            throw new ArgumentException($"values[{i}]: expected {expected}, got {values[i]}", nameof(values));
        }
    }

    /// <summary>
    /// The series in a unit, a power of two, in which squares of its values are within float64; as it is where they are anyway. For
    /// methods whose results do not depend on the unit.
    /// </summary>
    /// <param name="values">Checked values.</param>
    /// <param name="least">A greatest absolute value below this is too small.</param>
    internal static double[] InUsableUnit(ReadOnlySpan<double> values, double least = 1e-60)
    {
        var greatest = 0.0;
        foreach (var value in values) greatest = Math.Max(greatest, double.IsNaN(value) ? 0 : Math.Abs(value));
        var copy = values.ToArray();
        if (greatest == 0 || greatest >= least) return copy;
        var shift = -Math.ILogB(greatest);
        for (var i = 0; i < copy.Length; i++) copy[i] = Math.ScaleB(copy[i], shift);
        return copy;
    }

    /// <summary>
    /// The mean of the values in each interval of an even grid from the first timestamp on; NaN where an interval is empty.
    /// </summary>
    /// <param name="timestamps">Ascending.</param>
    /// <param name="values">One per timestamp; NaN is missing.</param>
    /// <param name="interval">Width of the grid, positive.</param>
    /// <exception cref="ArgumentException">Lengths differ, timestamps descend, a value is beyond ±1e75, or the interval is not positive
    /// or so short that the grid has more than ten million slots.</exception>
    public static double[] Resample(ReadOnlySpan<DateTimeOffset> timestamps, ReadOnlySpan<double> values, TimeSpan interval)
    {
        if (timestamps.Length != values.Length || values.IsEmpty)
            throw new ArgumentException($"values: expected one for each of {timestamps.Length} timestamps, got {values.Length}",
                nameof(values));
        if (interval <= TimeSpan.Zero) throw new ArgumentException($"interval: expected a positive time, got {interval}", nameof(interval));
        Check(values, allowsMissing: true);
        for (var i = 1; i < timestamps.Length; i++)
        {
            if (timestamps[i] < timestamps[i - 1])
                throw new ArgumentException($"timestamps[{i}]: expected ascending times, got {timestamps[i]:O} after {timestamps[i - 1]:O}",
                    nameof(timestamps));
        }
        var slots = (timestamps[^1] - timestamps[0]).Ticks / interval.Ticks + 1;
        if (slots > MaxSlots)
            throw new ArgumentException($"interval: {interval} cuts the series into {slots} slots, expected at most {MaxSlots}",
                nameof(interval));
        var sums = new double[slots];
        var counts = new int[slots];
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i])) continue;
            var slot = (timestamps[i] - timestamps[0]).Ticks / interval.Ticks;
            sums[slot] += values[i];
            counts[slot]++;
        }
        for (var s = 0; s < sums.Length; s++) sums[s] = counts[s] > 0 ? sums[s] / counts[s] : double.NaN;
        return sums;
    }
}
