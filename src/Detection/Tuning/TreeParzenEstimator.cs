using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Bergstra, Bardenet, Bengio, Kégl 2011, "Algorithms for hyper-parameter optimization": the trials are split into the best and the
/// rest, a density is put over each, and of some candidates from the good one that with the greatest ratio is tried next.
/// </summary>
internal sealed class TreeParzenEstimator : Sampler
{
    private const int StartupTrials = 10;
    private const int Candidates = 24;

    internal override double[] Suggest(SearchSpace space, IReadOnlyList<Trial> history, RandomSource random)
    {
        if (history.Count < StartupTrials) return space.RandomPoint(random);
        var ranked = history.OrderByDescending(
            t => t.Resource).ThenByDescending(t => double.IsNaN(t.Value) ? double.NegativeInfinity : t.Value).ToList();
        var good = ranked.Take(Math.Max(2, (int)Math.Ceiling(0.15 * ranked.Count))).ToList();
        var rest = ranked.Skip(good.Count).ToList();
        return [.. space.Dimensions.Select((dimension, d) => SuggestAlong(dimension,
            [.. good.Select(t => t.Point[d])], [.. rest.Select(t => t.Point[d])], random))];
    }

    private static double SuggestAlong(SearchDimension dimension, double[] good, double[] rest, RandomSource random)
    {
        var (best, bestRatio) = (0.5, double.NegativeInfinity);
        for (var c = 0; c < Candidates; c++)
        {
            var candidate = Draw(good, random);
            var ratio = Math.Log(Density(dimension, good, candidate)) - Math.Log(Density(dimension, rest, candidate));
            if (ratio > bestRatio) (best, bestRatio) = (candidate, ratio);
        }
        return best;
    }

    /// <summary>A draw from the mixture of the uniform prior and a normal around each point.</summary>
    private static double Draw(double[] points, RandomSource random)
    {
        var pick = random.Next(points.Length + 1);
        if (pick == points.Length) return random.NextDouble();
        while (true)
        {
            var value = points[pick] + Width(points.Length) * random.NextGaussian();
            if (value is >= 0 and < 1) return value;
        }
    }

    private static double Density(SearchDimension dimension, double[] points, double at)
    {
        var sum = 1.0;
        var width = Width(points.Length);
        foreach (var point in points)
        {
            if (dimension.Choices is { } choices) sum += dimension.Index(point) == dimension.Index(at) ? choices.Count : 0;
            else sum += Math.Exp(-0.5 * Math.Pow((at - point) / width, 2)) / (width * Math.Sqrt(2 * Math.PI));
        }
        return sum / (points.Length + 1);
    }

    private static double Width(int points) => Math.Max(0.05, 0.5 / Math.Sqrt(points + 1));
}
