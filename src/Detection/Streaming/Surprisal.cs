namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Combines surprisals, which are negative natural logarithms of probabilities, and maps them to scores.</summary>
internal static class Surprisal
{
    /// <summary>
    /// -ln of the harmonic mean of the probabilities (Wilson 2019): the view of the greatest surprisal counts, corrected for the number of
    /// views like Bonferroni's, but less so the more others agree; it holds for small probabilities whether the views depend on each other
    /// or not.
    /// </summary>
    public static double Together(ReadOnlySpan<double> surprisals)
    {
        var worst = 0.0;
        foreach (var surprisal in surprisals) worst = Math.Max(worst, surprisal);
        var sum = 0.0;
        foreach (var surprisal in surprisals) sum += Math.Exp(surprisal - worst);
        return Math.Max(0, worst + Math.Log(sum / surprisals.Length));
    }

    /// <summary>0 … 1: 0.5 where one row in <paramref name="rows"/> is expected to be as improbable; never reaches 1.</summary>
    public static double ToScore(double surprisal, double rows) => Math.Min(surprisal / (surprisal + Math.Log(rows)), Math.BitDecrement(1));

    /// <summary>
    /// The suppressed score of what only follows an event: such scores keep their order but stay below every onset worth an alarm.
    /// </summary>
    public static double SuppressedScore(double score) => score / 2;
}
