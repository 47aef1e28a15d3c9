using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// How well a detector describes where the data is, without labels (Goix 2016, "How to evaluate the quality of unsupervised anomaly
/// detection algorithms?"): level sets of the score should hold much data in little volume.
/// </summary>
/// <param name="ExcessMass">Area under the excess-mass curve EM(t) over small t; larger is better.</param>
/// <param name="MassVolume">Area under the mass-volume curve MV(α) for α from 0.9 to 0.999; smaller is better.</param>
public sealed record LabelFreeCriteria(double ExcessMass, double MassVolume)
{
    private const int AlphaSteps = 1000;

    /// <param name="detector">A fitted detector.</param>
    /// <param name="x">Rows, preferably not those of the fit.</param>
    /// <param name="samples">Uniform points in the bounding box that measure volumes.</param>
    /// <param name="seed">Seed of the points.</param>
    /// <param name="ct">Stops the scoring.</param>
    public static LabelFreeCriteria Of(Detector detector, Matrix x, int samples = 20_000, int seed = 0, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        InputCheck.Training(x);
        var ranges = ColumnRange.Of(x, 1, ct);
        var random = new RandomSource(seed);
        var uniform = new double[samples * x.Columns];
        for (var i = 0; i < uniform.Length; i++)
        {
            var range = ranges[i % x.Columns];
            uniform[i] = range.Least + random.NextDouble() * (range.Greatest - range.Least);
        }
        // volumes are shares of the box: comparisons between detectors on one table do not need its size
        var data = RadixSort.Sorted(detector.DecisionFunction(x, ct));
        var box = RadixSort.Sorted(detector.DecisionFunction(new Matrix(samples, x.Columns, uniform), ct));
        return new LabelFreeCriteria(ExcessMassArea(data, box), MassVolumeArea(data, box));
    }

    /// <summary>EM(t) = max over levels u of mass(score ≤ u) - t · volume(score ≤ u), up to the t at which it falls below 0.9.</summary>
    private static double ExcessMassArea(double[] data, double[] box)
    {
        var area = 0.0;
        const double Step = 0.01;
        for (var t = 0.0; t < 100; t += Step)
        {
            var best = 0.0;
            for (var i = 0; i < data.Length; i += Math.Max(1, data.Length / 500))
                best = Math.Max(best, (i + 1.0) / data.Length - t * Volume(box, data[i]));
            best = Math.Max(best, 1 - t * Volume(box, data[^1]));
            if (best < 0.9) break;
            area += best * Step;
        }
        return area;
    }

    private static double MassVolumeArea(double[] data, double[] box)
    {
        var area = 0.0;
        for (var i = 0; i < AlphaSteps; i++)
            area += Volume(box, OrderStatistics.Quantile(data, 0.9 + 0.099 * i / (AlphaSteps - 1))) * 0.099 / AlphaSteps;
        return area;
    }

    private static double Volume(double[] box, double level) => (double)OrderStatistics.CountAtMost(box, level) / box.Length;
}
