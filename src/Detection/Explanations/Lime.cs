using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// A linear model of the detector around one row (Ribeiro, Singh, Guestrin 2016, "Why should I trust you?"): rows are drawn around
/// it, weighted by nearness, and the raw score is regressed on the standardised distances from it.
/// </summary>
public static class Lime
{
    private const double Ridge = 1e-3;

    /// <param name="detector">A fitted detector.</param>
    /// <param name="row">The row to explain.</param>
    /// <param name="background">Rows whose spread sets the units of each feature.</param>
    /// <param name="samples">Rows drawn.</param>
    /// <returns>Contributions are slope times the row's distance from the background's mean; fidelity is the weighted R² of the local
    /// model.</returns>
    public static Explanation Explain(Detector detector, ReadOnlySpan<double> row, Matrix background, int samples = 2000)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 10);
        var units = Standardizer.Fit(background);
        InputCheck.Scoring(background, detector.FeatureCount);
        var prediction = detector.DecisionFunction(row);
        var d = row.Length;
        var random = new RandomSource(detector.Seed);
        var offsets = new double[samples * d];
        var rows = new double[samples * d];
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = random.NextGaussian();
            rows[i] = Math.Clamp(row[i % d] + offsets[i] * units.Scale[i % d], -Matrix.LargestNumber, Matrix.LargestNumber);
        }
        var scores = detector.DecisionFunction(new Matrix(samples, d, rows));
        var weights = Weights(offsets, samples, d);
        var slopes = Regress(offsets, scores, weights, d, out var fidelity);
        var contributions = new double[d];
        for (var f = 0; f < d; f++) contributions[f] = slopes[f] * (row[f] - units.Mean[f]) / units.Scale[f];
        return new Explanation(contributions, prediction - contributions.Sum(), prediction, fidelity);
    }

    /// <summary>exp(-distance² / width²) with LIME's usual width of 0.75 √features.</summary>
    private static double[] Weights(double[] offsets, int samples, int d)
    {
        var width = 0.75 * Math.Sqrt(d);
        var weights = new double[samples];
        for (var i = 0; i < samples; i++)
        {
            var norm = TensorPrimitives.Norm<double>(offsets.AsSpan(i * d, d));
            weights[i] = Math.Exp(-norm * norm / (width * width));
        }
        return weights;
    }

    /// <summary>Weighted ridge regression with an intercept; the slopes of the features.</summary>
    private static double[] Regress(double[] offsets, double[] scores, double[] weights, int d, out double fidelity)
    {
        var n = d + 1;
        var normal = new double[n * n];
        var right = new double[n];
        var z = new double[n];
        z[d] = 1;
        for (var i = 0; i < scores.Length; i++)
        {
            offsets.AsSpan(i * d, d).CopyTo(z);
            for (var a = 0; a < n; a++)
            {
                right[a] += weights[i] * z[a] * scores[i];
                for (var b = 0; b < n; b++) normal[a * n + b] += weights[i] * z[a] * z[b];
            }
        }
        for (var a = 0; a < d; a++) normal[a * n + a] += Ridge;
        LeastSquares.Solve(normal, right);
        fidelity = RSquared(offsets, scores, weights, right, d);
        return right[..d];
    }

    private static double RSquared(double[] offsets, double[] scores, double[] weights, double[] coefficients, int d)
    {
        double total = weights.Sum(), mean = 0, residual = 0, variance = 0;
        for (var i = 0; i < scores.Length; i++) mean += weights[i] * scores[i] / total;
        for (var i = 0; i < scores.Length; i++)
        {
            var predicted = coefficients[d] + TensorPrimitives.Dot<double>(offsets.AsSpan(i * d, d), coefficients.AsSpan(0, d));
            residual += weights[i] * (scores[i] - predicted) * (scores[i] - predicted);
            variance += weights[i] * (scores[i] - mean) * (scores[i] - mean);
        }
        // a flat neighbourhood is told perfectly by a flat model
        return variance > 1e-20 ? 1 - residual / variance : 1;
    }
}
