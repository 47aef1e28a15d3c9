namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Combines surprises, which are negative natural logarithms of probabilities, and maps them to scores.</summary>
internal static class Surprise
{
    /// <summary>
    /// -ln of the harmonic mean of the probabilities (Wilson 2019): the most surprised view counts, corrected for the number of views
    /// like Bonferroni's, but less so the more others agree; it holds for small probabilities whether the views depend on each other
    /// or not.
    /// </summary>
    public static double Together(ReadOnlySpan<double> surprises)
    {
        var worst = 0.0;
        foreach (var surprise in surprises) worst = Math.Max(worst, surprise);
        var sum = 0.0;
        foreach (var surprise in surprises) sum += Math.Exp(surprise - worst);
        return Math.Max(0, worst + Math.Log(sum / surprises.Length));
    }

    /// <summary>0 … 1: 0.5 where one row in <paramref name="rows"/> is expected to be as surprising; never reaches 1.</summary>
    public static double ToScore(double surprise, double rows) => Math.Min(surprise / (surprise + Math.Log(rows)), Math.BitDecrement(1));

    /// <summary>The score of what only echoes an event: echoes keep their order but stay below every onset worth an alarm.</summary>
    public static double Echo(double score) => score / 2;
}
