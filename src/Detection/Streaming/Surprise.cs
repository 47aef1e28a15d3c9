namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Combines surprises, which are negative natural logarithms of probabilities, and maps them to scores.</summary>
internal static class Surprise
{
    /// <summary>
    /// -ln of the probability that the worst of so many views would surprise as much, at most the sum of their probabilities
    /// (Bonferroni), whether they depend on each other or not.
    /// </summary>
    public static double OfWorst(double worst, int views) => Math.Max(0, worst - Math.Log(views));

    /// <summary>0 … 1: 0.5 where one row in <paramref name="rows"/> is expected to be as surprising; never reaches 1.</summary>
    public static double ToScore(double surprise, double rows) => Math.Min(surprise / (surprise + Math.Log(rows)), Math.BitDecrement(1));
}
