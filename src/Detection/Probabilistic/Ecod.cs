namespace EventSourcedAnomaly.Detection;

/// <summary>
/// ECOD (Li, Zhao, Hu, Botta, Ionescu, Chen 2022, "ECOD: Unsupervised outlier detection using empirical cumulative distribution
/// functions"): the sum over features of the greatest of the left, the right and the skew-corrected tail improbability.
/// </summary>
public sealed class Ecod : TailDetector
{
    internal static AlgorithmInfo Definition { get; } = new(
        "ECOD", ["EmpiricalCumulativeOutlierDetection"], "probabilistic", TailParameters)
    {
        Make = (parameters, seed) => new Ecod(parameters, seed),
        HasOnnxForm = true,
    };

    private Ecod(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    /// <summary>A feature without skew counts both tails.</summary>
    private protected override double Combine(double left, double right, int skewSign)
    {
        var corrected = skewSign < 0 ? left : skewSign > 0 ? right : left + right;
        return Math.Max(Math.Max(left, right), corrected);
    }
}
