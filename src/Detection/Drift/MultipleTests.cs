namespace EventSourcedAnomaly.Detection;

/// <summary>Corrects p-values for having made several tests.</summary>
public static class MultipleTests
{
    /// <summary>Times the number of tests: bounds the chance of any false alarm, whatever the dependence.</summary>
    public static double[] Bonferroni(IReadOnlyList<double> pValues) => [.. pValues.Select(p => Math.Min(1, p * pValues.Count))];

    /// <summary>Holm 1979: the same bound, never weaker than Bonferroni's.</summary>
    public static double[] Holm(IReadOnlyList<double> pValues)
    {
        var adjusted = new double[pValues.Count];
        var (rank, running) = (0, 0.0);
        foreach (var i in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]))
            adjusted[i] = running = Math.Max(running, Math.Min(1, pValues[i] * (pValues.Count - rank++)));
        return adjusted;
    }

    /// <summary>Benjamini and Hochberg 1995: bounds the expected share of false alarms among the alarms.</summary>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> pValues)
    {
        var adjusted = new double[pValues.Count];
        var (rank, running) = (pValues.Count, 1.0);
        foreach (var i in Enumerable.Range(0, pValues.Count).OrderByDescending(i => pValues[i]))
            adjusted[i] = running = Math.Min(running, pValues[i] * pValues.Count / rank--);
        return adjusted;
    }
}
