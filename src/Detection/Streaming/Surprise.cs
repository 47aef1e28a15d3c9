namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>Combines surprises, which are negative natural logarithms of probabilities, and maps them to scores.</summary>
internal static class Surprise
{
    /// <summary>
    /// -ln of the probability that <paramref name="members"/> independent surprises sum up to at least <paramref name="sum"/>
    /// (Fisher 1925): the sum is Gamma(members, 1) distributed, whose tail is e^-s Σ s^i / i!.
    /// </summary>
    public static double Combined(double sum, int members)
    {
        double term = 1, series = 1;
        for (var i = 1; i < members; i++)
        {
            term *= sum / i;
            series += term;
        }
        return Math.Max(0, sum - Math.Log(series));
    }

    /// <summary>0 … 1: 0.5 where one row in <paramref name="rows"/> is expected to be as surprising; never reaches 1.</summary>
    public static double ToScore(double surprise, double rows) => Math.Min(surprise / (surprise + Math.Log(rows)), Math.BitDecrement(1));
}
