using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// KSWIN (Raab, Heusinger, Schleif 2020): a two-sample Kolmogorov-Smirnov test of the latest <paramref name="stat_size"/> numbers of a
/// sliding window against as many drawn from the rest of it. The critical distance is the paper's √(-ln(alpha) / stat_size).
/// </summary>
/// <param name="alpha">Probability of a false change at one test.</param>
/// <param name="window_size">Numbers in the window.</param>
/// <param name="stat_size">Numbers in each sample.</param>
/// <param name="seed">Seed of the draws.</param>
public sealed class Kswin(double alpha = 0.005, int window_size = 100, int stat_size = 30, int seed = 0) : DriftDetector(
    Definition, seed, ("alpha", alpha), ("window_size", window_size), ("stat_size", stat_size))
{
    internal static DriftAlgorithmInfo Definition { get; } = new("KSWIN", ["ks_window"],
    [
        Parameter.Number("alpha", 0.005, new(0, 1, MinimumOpen: true, MaximumOpen: true), "Probability of a false change at one test."),
        Parameter.Integer("window_size", 100, 2, "Numbers in the window; at least twice stat_size.", 1_000_000),
        Parameter.Integer("stat_size", 30, 1, "Numbers in each sample.", 500_000),
        Parameter.RandomState,
    ])
    {
        Make = (parameters, seed) =>
            new Kswin(parameters.Number("alpha"), parameters.Integer("window_size"), parameters.Integer("stat_size"),
            parameters.Has("random_state") ? parameters.Integer("random_state") : seed),
    };

    private readonly double _critical = Math.Sqrt(-Math.Log(Within(alpha, 0, 1, nameof(alpha))) / AtLeast(stat_size, 1, nameof(stat_size)));
    private readonly int _size = AtLeast(window_size, 2 * stat_size, nameof(window_size));
    private readonly RecentValues _window = new(window_size);
    private readonly RandomSource _random = new(seed);
    private int _held;

    private protected override bool Detects(double value)
    {
        _window.Append(value);
        _held = Math.Min(_held + 1, _size);
        if (_held < _size) return false;
        var values = _window.Values;
        var older = values[..^stat_size];
        var latest = values[^stat_size..].ToArray();
        var drawn = new double[stat_size];
        var sample = _random.Sample(older.Length, stat_size);
        for (var i = 0; i < drawn.Length; i++) drawn[i] = older[sample[i]];
        Array.Sort(latest);
        Array.Sort(drawn);
        if (Distance(latest, drawn) <= _critical) return false;
        // the window goes on from the numbers after the change
        _held = stat_size;
        return true;
    }

    private protected override void WriteState(ModelWriter writer)
    {
        _window.Write(writer);
        _random.Write(writer);
        writer.Int(_held);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        _window.Read(ref reader);
        _random.Read(ref reader);
        _held = reader.Int();
    }

    /// <summary>Greatest difference of two empirical distributions, of ascending numbers.</summary>
    private static double Distance(double[] a, double[] b)
    {
        var (i, j, greatest) = (0, 0, 0.0);
        while (i < a.Length && j < b.Length)
        {
            var at = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= at) i++;
            while (j < b.Length && b[j] <= at) j++;
            greatest = Math.Max(greatest, Math.Abs(i / (double)a.Length - j / (double)b.Length));
        }
        return greatest;
    }
}
