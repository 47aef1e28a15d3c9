using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Forests;

/// <summary>
/// What the trees compare: float32 of a value's distance from the training median. Half the width of float64 doubles the speed, and
/// measuring from the median keeps the precision where the data is, which the float32 of the value itself would lose (a time stamp in
/// seconds would be rounded to two minutes). Distances beyond float32 become infinite keys, which still compare rightly.
/// </summary>
/// <param name="center">Training median of each feature.</param>
/// <param name="unit">Power of two for each feature that brings typical training distances to at most 1.</param>
internal sealed class FeatureKeys(double[] center, double[] unit)
{
    private const int SampledRows = 1024;
    private const double RoundingSteps = 4;

    public double[] Center => center;

    public double[] Unit => unit;

    public int Count => center.Length;

    public static FeatureKeys From(Matrix x, double[] center)
    {
        var reach = Reach(x, center, Math.Max(1, x.Rows / SampledRows));
        // a column that varies only between the sampled rows needs all of them
        if (reach.Contains(0)) reach = Reach(x, center, 1);
        var unit = new double[reach.Length];
        for (var c = 0; c < unit.Length; c++) unit[c] = UnitOf(reach[c], center[c]);
        return new FeatureKeys(center, unit);
    }

    /// <summary>A column that varies by rounding alone gets a unit that makes all of its keys equal.</summary>
    private static double UnitOf(double reach, double center)
    {
        const int Extreme = 1000;
        if (!(reach > 0) || !double.IsFinite(reach)) return 1;
        return reach <= RoundingSteps * Numerics.Rounding.Epsilon * Math.Abs(center)
            ? Math.ScaleB(1, -Extreme)
            : Math.ScaleB(1, -Math.Clamp(Math.ILogB(reach) + 1, -Extreme, Extreme));
    }

    /// <summary>Greatest distance from the median in every column, over each <paramref name="stride"/>-th row.</summary>
    private static double[] Reach(Matrix x, double[] center, int stride)
    {
        var reach = new double[center.Length];
        for (var i = 0; i < x.Rows; i += stride)
        {
            var row = x.Row(i);
            for (var c = 0; c < reach.Length; c++) reach[c] = Math.Max(reach[c], Math.Abs(row[c] - center[c]));
        }
        return reach;
    }

    public float Key(int feature, double value) => (float)((value - center[feature]) * unit[feature]);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Keys(ReadOnlySpan<double> row, Span<float> keys)
    {
        var f = 0;
        for (; f + Vector256<float>.Count <= keys.Length; f += Vector256<float>.Count)
            Vector256.Narrow(Distances(row, f), Distances(row, f + Vector256<double>.Count)).CopyTo(keys[f..]);
        for (; f < keys.Length; f++) keys[f] = Key(f, row[f]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> Distances(ReadOnlySpan<double> row, int first) =>
        (Vector256.Create(row[first..]) - Vector256.Create(center, first)) * Vector256.Create(unit, first);

    /// <summary>The value that a key stands for.</summary>
    public double Value(int feature, float key) => key / unit[feature] + center[feature];
}
