namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Moments of numbers about their mean.</summary>
internal static class Moments
{
    public static double Mean(ReadOnlySpan<double> values) => System.Numerics.Tensors.TensorPrimitives.Sum(values) / values.Length;

    /// <summary>The mean, with what the sum of a long series lost taken out by a second pass.</summary>
    public static double RefinedMean(double[] values)
    {
        var mean = values.Average();
        return mean + values.Average(v => v - mean);
    }

    /// <summary>Population variance.</summary>
    public static double Variance(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        var sum = 0.0;
        foreach (var value in values) sum += (value - mean) * (value - mean);
        return sum / values.Length;
    }

    /// <summary>m3 / m2^1.5, not corrected for bias; 0 for constant values.</summary>
    public static double Skewness(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        var greatest = 0.0;
        foreach (var value in values) greatest = Math.Max(greatest, Math.Abs(value - mean));
        // a power of two changes no digit and keeps the cubes of tiny numbers from vanishing
        var unit = greatest is > 0 and < 1e-60 ? Math.ScaleB(1, -Math.Max(Math.ILogB(greatest), -1000)) : 1;
        mean *= unit;
        double second = 0, third = 0;
        foreach (var value in values)
        {
            var delta = value * unit - mean;
            second += delta * delta;
            third += delta * delta * delta;
        }
        (second, third) = (second / values.Length, third / values.Length);
        // a constant column's rounding error is no skew
        return second <= Math.Pow(1e-15 * mean, 2) ? 0 : third / Math.Pow(second, 1.5);
    }
}
