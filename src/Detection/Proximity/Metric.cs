using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Proximity;

/// <summary>A distance as a sum over features: how a difference is added, and what the sum then means.</summary>
internal interface IMetric
{
    static abstract Vector512<double> Add(Vector512<double> sum, Vector512<double> difference);

    static abstract double Distance(double sum);
}

/// <summary>Square root of the sum of squares.</summary>
internal readonly struct Euclidean : IMetric
{
    public static Vector512<double> Add(Vector512<double> sum, Vector512<double> difference) =>
        Vector512.FusedMultiplyAdd(difference, difference, sum);

    public static double Distance(double sum) => Math.Sqrt(sum);
}

/// <summary>Sum of absolute differences.</summary>
internal readonly struct Manhattan : IMetric
{
    public static Vector512<double> Add(Vector512<double> sum, Vector512<double> difference) => sum + Vector512.Abs(difference);

    public static double Distance(double sum) => sum;
}

/// <summary>Greatest absolute difference.</summary>
internal readonly struct Chebyshev : IMetric
{
    public static Vector512<double> Add(Vector512<double> sum, Vector512<double> difference) =>
        Vector512.Max(sum, Vector512.Abs(difference));

    public static double Distance(double sum) => sum;
}
