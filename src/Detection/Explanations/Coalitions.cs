using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Explanations;

/// <summary>Sets of features and their weights in the Shapley kernel (M - 1) / (C(M, s) · s · (M - s)).</summary>
/// <param name="Members">For each coalition, which features are in it.</param>
/// <param name="Weights">Weight of each coalition.</param>
internal sealed record Coalitions(IReadOnlyList<bool[]> Members, IReadOnlyList<double> Weights)
{
    public static Coalitions Choose(int features, int samples, RandomSource random) =>
        features < 31 && (1L << features) - 2 <= samples ? All(features) : Sampled(features, samples, random);

    private static Coalitions All(int features)
    {
        var (members, weights) = (new List<bool[]>(), new List<double>());
        for (var bits = 1; bits < (1 << features) - 1; bits++)
        {
            members.Add([.. Enumerable.Range(0, features).Select(f => (bits >> f & 1) == 1)]);
            var size = System.Numerics.BitOperations.PopCount((uint)bits);
            weights.Add(SizeWeight(features, size) / Binomial(features, size));
        }
        return new Coalitions(members, weights);
    }

    /// <summary>Sizes drawn by their total weight, each coalition together with its complement, which halves the variance.</summary>
    private static Coalitions Sampled(int features, int samples, RandomSource random)
    {
        var (members, weights) = (new List<bool[]>(), new List<double>());
        var total = Enumerable.Range(1, features - 1).Sum(size => SizeWeight(features, size));
        while (members.Count < samples - 1)
        {
            var (size, target) = (1, random.NextDouble() * total);
            while (size < features - 1 && (target -= SizeWeight(features, size)) > 0) size++;
            var coalition = new bool[features];
            foreach (var f in random.Sample(features, size)) coalition[f] = true;
            members.Add(coalition);
            members.Add(Array.ConvertAll(coalition, m => !m));
            weights.Add(1);
            weights.Add(1);
        }
        return new Coalitions(members, weights);
    }

    private static double SizeWeight(int features, int size) => (features - 1.0) / (size * (features - size));

    private static double Binomial(int n, int k)
    {
        var value = 1.0;
        for (var i = 1; i <= k; i++) value = value * (n - k + i) / i;
        return value;
    }
}
