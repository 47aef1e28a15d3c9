namespace EventSourcedAnomaly.Detection.Probabilistic;

/// <summary>
/// The number of histogram bins that maximises the penalised likelihood of Birgé and Rozenholc 2006, "How many bins should be put in
/// a regular histogram", with up to √n bins.
/// </summary>
internal static class OptimalBins
{
    public static int For(ReadOnlySpan<double> values, double least, double greatest)
    {
        var (best, bestLikelihood) = (1, double.NegativeInfinity);
        for (var bins = 1; bins < Math.Sqrt(values.Length); bins++)
        {
            var likelihood = Likelihood(values, least, greatest, bins);
            if (likelihood > bestLikelihood) (best, bestLikelihood) = (bins, likelihood);
        }
        return best;
    }

    private static double Likelihood(ReadOnlySpan<double> values, double least, double greatest, int bins)
    {
        var edges = FeatureHistogram.EvenEdges(least, greatest, bins);
        var counts = new int[bins];
        var perUnit = FeatureHistogram.IsEven(edges) ? bins / (edges[^1] - edges[0]) : 0;
        foreach (var value in values) counts[FeatureHistogram.Bin(edges, perUnit, value)]++;
        var penalty = bins - 1 + Math.Pow(Math.Log(bins), 2.5);
        var sum = 0.0;
        // one is added inside the logarithm so that empty bins count nothing
        foreach (var count in counts) sum += count * Math.Log((double)bins * count / values.Length + 1) - penalty;
        return sum;
    }
}
