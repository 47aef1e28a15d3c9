using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>A made table whose anomalies are known.</summary>
internal sealed record SyntheticTable(string Name, Matrix Rows, int[] Labels);

/// <summary>
/// Tables with the four kinds of anomalies of Han et al. 2022, "ADBench", section 3.2: normal rows come from a mixture of correlated
/// normal distributions, some with a curved or a lognormal feature, as tables do.
/// </summary>
internal static class SyntheticTables
{
    private static readonly string[] Kinds = ["local", "global", "dependency", "clustered"];

    /// <param name="seed">Seed of all tables.</param>
    /// <param name="perKind">Tables of each kind.</param>
    public static IEnumerable<SyntheticTable> All(int seed, int perKind) =>
        Kinds.SelectMany((kind, k) => Enumerable.Range(0, perKind).Select(t => Table(kind, new Random((seed * 101 + k) * 1_009 + t))));

    private static SyntheticTable Table(string kind, Random random)
    {
        var rows = random.Next(500, 2_500);
        var mixture = new Mixture(random, features: random.Next(3, 24), components: random.Next(1, 6));
        var anomalies = Math.Max(5, (int)(rows * (0.01 + 0.09 * random.NextDouble())));
        var normal = Enumerable.Range(0, rows).Select(_ => mixture.Draw(random.Next(mixture.Components), 1)).ToArray();
        var strange = kind switch
        {
            "local" => Draw(anomalies, () => mixture.Draw(random.Next(mixture.Components), 2.2)),
            "global" => Draw(anomalies, () => Uniform(random, normal)),
            "dependency" => Draw(anomalies, () => Shuffled(random, normal)),
            _ => Clustered(random, mixture, anomalies),
        };
        double[][] all = [.. normal, .. strange];
        Bend(random, all);
        return new SyntheticTable(kind, Matrix.FromRows(all), [.. Enumerable.Range(0, all.Length).Select(i => i < rows ? 0 : 1)]);
    }

    private static double[][] Draw(int count, Func<double[]> row) => [.. Enumerable.Range(0, count).Select(_ => row())];

    /// <summary>Anywhere in a box a tenth larger than the normal rows'.</summary>
    private static double[] Uniform(Random random, double[][] normal) =>
        [.. Enumerable.Range(0, normal[0].Length).Select(f =>
        {
            var (low, high) = (normal.Min(r => r[f]), normal.Max(r => r[f]));
            return low + (high - low) * (1.1 * random.NextDouble() - 0.05);
        })];

    /// <summary>Every value is usual, their combination is not.</summary>
    private static double[] Shuffled(Random random, double[][] normal) =>
        [.. Enumerable.Range(0, normal[0].Length).Select(f => normal[random.Next(normal.Length)][f])];

    /// <summary>A group of its own, away from one of the normal ones in half of the features.</summary>
    private static double[][] Clustered(Random random, Mixture mixture, int count)
    {
        var component = random.Next(mixture.Components);
        var shift = Enumerable.Range(0, mixture.Features)
            .Select(_ => random.Next(2) == 0 ? 0 : (random.Next(2) == 0 ? -1 : 1) * (2 + 2 * random.NextDouble())).ToArray();
        return Draw(count, () => [.. mixture.Draw(component, 0.6).Zip(shift, (value, by) => value + by)]);
    }

    /// <summary>Units differ by orders of magnitude; a third of the features is skewed, some are whole numbers.</summary>
    private static void Bend(Random random, double[][] rows)
    {
        for (var f = 0; f < rows[0].Length; f++)
        {
            var (kind, unit) = (random.Next(6), Math.Pow(10, random.Next(-2, 4)));
            foreach (var row in rows)
            {
                var bent = kind switch { 0 or 1 => Math.Exp(0.4 * row[f]), 2 => Math.Round(2 * row[f]), _ => row[f] };
                row[f] = unit * bent;
            }
        }
    }

    /// <summary>Normal distributions with random centres and correlations.</summary>
    private sealed class Mixture(Random random, int features, int components)
    {
        private readonly double[][] _centers = [.. Enumerable.Range(0, components)
            .Select(_ => Enumerable.Range(0, features).Select(_ => 6 * random.NextDouble() - 3).ToArray())];

        // few latent directions make features depend on each other
        private readonly double[][][] _mixing = [.. Enumerable.Range(0, components).Select(_ => Enumerable.Range(0, features)
            .Select(_ => Enumerable.Range(0, Math.Max(1, features / 3)).Select(_ => random.NextDouble() - 0.5).ToArray()).ToArray())];

        public int Features => features;

        public int Components => components;

        public double[] Draw(int component, double spread)
        {
            var normal = new Backgrounds(random);
            var latent = Enumerable.Range(0, Math.Max(1, features / 3)).Select(_ => 2 * normal.Normal()).ToArray();
            return [.. Enumerable.Range(0, features).Select(f => _centers[component][f] + spread
                * (_mixing[component][f].Zip(latent, (m, l) => m * l).Sum() + 0.3 * normal.Normal()))];
        }
    }
}
