namespace EventSourcedAnomaly.Detection;

/// <summary>How one feature's p-values are corrected for there being several features.</summary>
public enum PValueCorrection
{
    None,
    Bonferroni,
    Holm,
    BenjaminiHochberg,
}

/// <summary>The test of one feature.</summary>
/// <param name="Feature">Column number, from 0.</param>
/// <param name="Result">The test's outcome.</param>
/// <param name="AdjustedPValue">Its p-value, corrected for the number of features.</param>
/// <param name="HasDrifted">Whether the corrected p-value is below the level.</param>
public sealed record FeatureDrift(int Feature, DriftResult Result, double AdjustedPValue, bool HasDrifted);

/// <summary>Current rows compared with reference rows, feature by feature.</summary>
/// <param name="Features">One test per column.</param>
public sealed record DriftReport(IReadOnlyList<FeatureDrift> Features)
{
    /// <summary>A univariate test of reference values against current ones.</summary>
    public delegate DriftResult Test(double[] reference, double[] current);

    /// <summary>Share of the features that have drifted.</summary>
    public double DriftedShare => Features.Count == 0 ? 0 : (double)Features.Count(f => f.HasDrifted) / Features.Count;

    /// <param name="reference">Rows from when all was well.</param>
    /// <param name="current">Rows of now, with as many columns.</param>
    /// <param name="test">The test; Kolmogorov-Smirnov's unless given.</param>
    /// <param name="correction">For having tested every feature.</param>
    /// <param name="alpha">Level below which a corrected p-value is drift.</param>
    public static DriftReport Compare(
        Matrix reference, Matrix current, Test? test = null,
        PValueCorrection correction = PValueCorrection.BenjaminiHochberg, double alpha = 0.05)
    {
        InputCheck.Training(reference);
        InputCheck.Training(current);
        InputCheck.Scoring(current, reference.Columns);
        test ??= (r, c) => DriftTests.KolmogorovSmirnov(r, c);
        var results = Enumerable.Range(0, reference.Columns).Select(f => test(reference.Column(f), current.Column(f))).ToArray();
        var adjusted = Correct([.. results.Select(r => r.PValue)], correction);
        return new DriftReport([.. results.Select((r, f) => new FeatureDrift(f, r, adjusted[f], adjusted[f] < alpha))]);
    }

    private static double[] Correct(double[] pValues, PValueCorrection correction) => correction switch
    {
        PValueCorrection.Bonferroni => MultipleTests.Bonferroni(pValues),
        PValueCorrection.Holm => MultipleTests.Holm(pValues),
        PValueCorrection.BenjaminiHochberg => MultipleTests.BenjaminiHochberg(pValues),
        _ => pValues,
    };
}
