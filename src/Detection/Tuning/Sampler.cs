using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>Chooses the next point of a search space to try.</summary>
public abstract class Sampler
{
    private protected Sampler()
    {
    }

    /// <summary>Independent uniform points (Bergstra and Bengio 2012).</summary>
    public static Sampler Random { get; } = new RandomSampler();

    /// <summary>Tree-structured Parzen estimator: points that look more like the good trials than like the rest.</summary>
    public static Sampler Tpe { get; } = new TreeParzenEstimator();

    internal abstract double[] Suggest(SearchSpace space, IReadOnlyList<Trial> history, RandomSource random);

    private sealed class RandomSampler : Sampler
    {
        internal override double[] Suggest(SearchSpace space, IReadOnlyList<Trial> history, RandomSource random) =>
            space.RandomPoint(random);
    }
}
