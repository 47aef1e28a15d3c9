using EventSourcedAnomaly.Detection.Explanations;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Shapley values of any detector by weighted least squares over coalitions of features (Lundberg and Lee 2017, "A unified approach
/// to interpreting model predictions"); absent features take the values of background rows. Exact when all coalitions can be visited.
/// </summary>
public static class KernelShap
{
    /// <param name="detector">A fitted detector.</param>
    /// <param name="row">The row to explain.</param>
    /// <param name="background">Rows that stand for what is normal; the work grows with their number.</param>
    /// <param name="samples">Coalitions to visit at most; all 2^features - 2 are when they are fewer.</param>
    public static Explanation Explain(Detector detector, ReadOnlySpan<double> row, Matrix background, int samples = 2048)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(background);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 2);
        InputCheck.Training(background);
        InputCheck.Scoring(background, detector.FeatureCount);
        var prediction = detector.DecisionFunction(row);
        var baseValue = detector.DecisionFunction(background).Average();
        var coalitions = Coalitions.Choose(row.Length, samples, new RandomSource(detector.Seed));
        var values = new double[coalitions.Members.Count];
        var mixed = new double[background.Values.Length];
        var scores = new double[background.Rows];
        for (var c = 0; c < values.Length; c++)
        {
            background.Values.CopyTo(mixed);
            for (var i = 0; i < mixed.Length; i++)
            {
                if (coalitions.Members[c][i % row.Length]) mixed[i] = row[i % row.Length];
            }
            detector.DecisionFunction(mixed, scores);
            values[c] = scores.Average() - baseValue;
        }
        return new Explanation(Fit(coalitions, values, prediction - baseValue, row.Length), baseValue, prediction, 1);
    }

    /// <summary>The regression with the contributions bound to add up: the last feature's is the total minus the others'.</summary>
    private static double[] Fit(Coalitions coalitions, double[] values, double total, int features)
    {
        if (features == 1) return [total];
        var n = features - 1;
        var normal = new double[n * n];
        var right = new double[n];
        var z = new double[n];
        for (var c = 0; c < values.Length; c++)
        {
            var members = coalitions.Members[c];
            var last = members[n] ? 1.0 : 0.0;
            for (var f = 0; f < n; f++) z[f] = (members[f] ? 1 : 0) - last;
            var target = values[c] - last * total;
            for (var a = 0; a < n; a++)
            {
                right[a] += coalitions.Weights[c] * z[a] * target;
                for (var b = 0; b < n; b++) normal[a * n + b] += coalitions.Weights[c] * z[a] * z[b];
            }
        }
        LeastSquares.Solve(normal, right);
        return [.. right, total - right.Sum()];
    }
}
