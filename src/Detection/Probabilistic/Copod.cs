namespace EventSourcedAnomaly.Detection;

/// <summary>
/// COPOD (Li, Zhao, Botta, Ionescu, Hu 2020, "COPOD: Copula-based outlier detection"): the sum over features of the greater of the
/// mean and the skew-corrected tail improbability under the empirical copula.
/// </summary>
public sealed class Copod : TailDetector
{
    internal static AlgorithmInfo Definition { get; } = new("COPOD", ["CopulaBasedOutlierDetection"], "probabilistic", TailParameters)
    {
        Make = (parameters, seed) => new Copod(parameters, seed),
        HasOnnxForm = true,
    };

    private Copod(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    /// <summary>A feature without skew counts both tails.</summary>
    private protected override double Combine(double left, double right, int skewSign)
    {
        var corrected = skewSign < 0 ? left : skewSign > 0 ? right : left + right;
        return Math.Max((left + right) / 2, corrected);
    }
}
