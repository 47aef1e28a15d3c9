namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>How far apart numbers may be that are equal but for the rounding of float64.</summary>
internal static class Rounding
{
    /// <summary>2^-52, the distance from 1 to the next number.</summary>
    public const double Epsilon = 2.220446049250313e-16;

    private const double Steps = 16;

    /// <summary>What a mean, a quantile or a difference of some values may be off by: a few steps of the greatest magnitude.</summary>
    public static double Of(ReadOnlySpan<double> values)
    {
        var greatest = 0.0;
        foreach (var value in values)
        {
            if (!double.IsNaN(value)) greatest = Math.Max(greatest, Math.Abs(value));
        }
        return Steps * Epsilon * greatest;
    }

    /// <summary>Whether one number exceeds another by more than rounding can explain.</summary>
    /// <param name="value">The number that may be greater.</param>
    /// <param name="limit">The other.</param>
    /// <param name="relative">The rounding in units of the other number.</param>
    public static bool Exceeds(double value, double limit, double relative) => value - limit > relative * Math.Abs(limit);
}
