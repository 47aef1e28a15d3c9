namespace EventSourcedAnomaly.Detection;

/// <summary>Which rows of an anomaly matter most.</summary>
public enum PositionalBias
{
    Flat,
    Front,
    Middle,
    Back,
}

/// <summary>
/// Precision and recall for time series (Tatbul, Lee, Zdonik, Alam, Gottschlich 2018): anomalies are ranges of rows, found more or less.
/// </summary>
public static class RangeMetrics
{
    /// <summary>
    /// A real range is found by <paramref name="alpha"/> if it is met at all, and by the rest as far as it is covered; a reported range
    /// is right as far as it covers real ones. What lies where the <paramref name="bias"/> is counts more, and what comes in several
    /// pieces is divided by their number when <paramref name="isCardinalityReciprocal"/>.
    /// </summary>
    /// <param name="predicted">One prediction per row, 1 = anomaly.</param>
    /// <param name="labels">One label per row, 0 or 1.</param>
    /// <param name="alpha">Weight of being met at all in the recall, from 0 to 1.</param>
    /// <param name="bias">Which rows of a range matter most.</param>
    /// <param name="isCardinalityReciprocal">Whether a range in x pieces counts 1/x (γ of the paper); otherwise pieces cost
    /// nothing.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a label or prediction is neither 0 nor 1.</exception>
    public static RangeAgreement Of(
        ReadOnlySpan<int> predicted, ReadOnlySpan<int> labels, double alpha = 0, PositionalBias bias = PositionalBias.Flat,
        bool isCardinalityReciprocal = true)
    {
        if (predicted.Length != labels.Length)
            throw new ArgumentException($"expected {predicted.Length} labels, one per prediction, got {labels.Length}", nameof(labels));
        if (alpha is not (>= 0 and <= 1)) throw new ParameterException(nameof(alpha), "a number in [0, 1]", $"{alpha}");
        var (reported, real) = (SeriesRange.Of(predicted), SeriesRange.Of(labels));
        var precision = reported.Select(range => Overlap(range, real, bias, isCardinalityReciprocal).Reward)
            .DefaultIfEmpty(double.NaN).Average();
        var recall = real.Select(range => Overlap(range, reported, bias, isCardinalityReciprocal))
            .Select(overlap => alpha * Math.Min(1, overlap.Pieces) + (1 - alpha) * overlap.Reward)
            .DefaultIfEmpty(double.NaN).Average();
        return new RangeAgreement(precision, recall);
    }

    /// <summary>How much of a range others cover, weighted by position, and how many of them.</summary>
    private static (double Reward, int Pieces) Overlap(SeriesRange range, IReadOnlyList<SeriesRange> others,
        PositionalBias bias, bool isReciprocal)
    {
        var (covered, pieces) = (0.0, 0);
        foreach (var other in others)
        {
            var (first, end) = (Math.Max(range.Start, other.Start), Math.Min(range.End, other.End));
            if (first >= end) continue;
            pieces++;
            covered += Weight(range, first, end, bias);
        }
        var reward = covered / Weight(range, range.Start, range.End, bias);
        return (isReciprocal && pieces > 1 ? reward / pieces : reward, pieces);
    }

    private static double Weight(SeriesRange range, double first, double end, PositionalBias bias)
    {
        var weight = 0.0;
        for (var row = first; row < end; row++)
        {
            var (fromFront, fromBack) = (row - range.Start + 1, range.End - row);
            weight += bias switch
            {
                PositionalBias.Front => fromBack,
                PositionalBias.Back => fromFront,
                PositionalBias.Middle => Math.Min(fromFront, fromBack),
                _ => 1,
            };
        }
        return weight;
    }
}
