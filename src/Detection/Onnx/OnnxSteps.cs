namespace EventSourcedAnomaly.Detection.Onnx;

/// <summary>
/// A function that is constant on intervals: <c>Values[i]</c> from above <c>Bounds[i - 1]</c> up to and with <c>Bounds[i]</c>.
/// </summary>
/// <param name="Bounds">Ascending.</param>
/// <param name="Values">One more than bounds.</param>
internal sealed record OnnxSteps(double[] Bounds, double[] Values)
{
    /// <summary>Reads a step function off its values at the bounds and beyond the last.</summary>
    public static OnnxSteps Of(IEnumerable<double> bounds, Func<double, double> function)
    {
        var ascending = bounds.Distinct().Order().ToArray();
        return new OnnxSteps(ascending, [.. ascending.Append(double.MaxValue).Select(function)]);
    }

    /// <summary>The greatest number between two for which a condition holds that holds at the lower and not at the upper one.</summary>
    public static double Last(double lower, double upper, Func<double, bool> holds)
    {
        var (low, high) = (Order(lower), Order(upper));
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (holds(Number(middle))) low = middle;
            else high = middle;
        }
        return Number(low);
    }

    /// <summary>The bits of a float64 as an integer that grows with it.</summary>
    private static Int128 Order(double number) =>
        BitConverter.DoubleToInt64Bits(number) is var bits && bits < 0 ? -(Int128)(bits & long.MaxValue) : bits;

    private static double Number(Int128 order) =>
        order < 0 ? -BitConverter.Int64BitsToDouble((long)-order) : BitConverter.Int64BitsToDouble((long)order);
}
