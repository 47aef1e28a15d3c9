using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Exponentially weighted mean and variance (West 1979; Roberts 1959), one pair per slot of the season: the score grows with the
/// number of standard deviations between a value and what was expected, 0.5 standing for one row in 10,000 of a normal stream. The
/// worst feature counts.
/// </summary>
public sealed class StreamingZScore : StreamingDetector
{
    private const double RowsPerAlarm = 10_000;

    internal static StreamingAlgorithmInfo Definition { get; } = new(
        "StreamingZScore", ["EWMA", "zscore", "streaming_zscore"], "statistical",
    [
        Parameter.Number("alpha", 0.01, new(0, 1, MinimumOpen: true), "Weight of the newest value in mean and variance."),
        Parameter.Integer("season_minutes", 0, 0, "Length of the season in minutes, e.g. 1440 for a day; 0 for none.", 527_040),
        Parameter.Integer("season_slots", 24, 1, "Slots of a season that have a mean and a variance of their own.", 10_000),
    ])
    { Make = (parameters, seed) => new StreamingZScore(parameters, seed) };

    private readonly double _alpha;
    private double[] _mean = [];
    private double[] _variance = [];
    private int[] _seen = [];

    private StreamingZScore(ParameterSet parameters, int seed) : base(Definition, parameters, seed) => _alpha = parameters.Number("alpha");

    private int Slots => Parameters.Integer("season_minutes") > 0 ? Parameters.Integer("season_slots") : 1;

    private protected override void Begin()
    {
        _mean = new double[Slots * FeatureCount];
        _variance = new double[Slots * FeatureCount];
        _seen = new int[Slots * FeatureCount];
    }

    private protected override double Next(DateTimeOffset timestamp, ReadOnlySpan<double> values)
    {
        var first = SlotOf(timestamp) * FeatureCount;
        var worst = 0.0;
        for (var f = 0; f < values.Length; f++) worst = Math.Max(worst, Deviation(first + f, values[f]));
        return Surprisal.ToScore(NormalSurprisal(worst), RowsPerAlarm);
    }

    private protected override void WriteState(ModelWriter writer)
    {
        writer.Array(_mean);
        writer.Array(_variance);
        writer.Array(_seen);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        _mean = reader.Array<double>();
        _variance = reader.Array<double>();
        _seen = reader.Array<int>();
    }

    private int SlotOf(DateTimeOffset timestamp)
    {
        var season = Parameters.Integer("season_minutes") * TimeSpan.TicksPerMinute;
        return season == 0 ? 0 : (int)(timestamp.UtcTicks % season * Slots / season);
    }

    /// <summary>Absolute z-score by what came before; then learns, with equal weights until 1/alpha values were seen.</summary>
    private double Deviation(int i, double value)
    {
        var difference = value - _mean[i];
        var scale = Math.Sqrt(_variance[i]);
        // a constant past makes any change infinitely unlikely; rounding noise is no change
        var least = 1e-9 * Math.Abs(_mean[i]);
        var z = _seen[i] < 2 || difference == 0 ? 0 : Math.Abs(difference) / Math.Max(scale, least);
        if (_seen[i] < int.MaxValue) _seen[i]++;
        var weight = Math.Max(_alpha, 1.0 / _seen[i]);
        _mean[i] += weight * difference;
        _variance[i] = (1 - weight) * (_variance[i] + weight * difference * difference);
        return z;
    }

    /// <summary>-ln P(|Z| ≥ z): exact while the probability is a normal number, beyond that its asymptote.</summary>
    private static double NormalSurprisal(double z) =>
        z < 30
            ? Math.Max(0, -Math.Log(2 * SpecialFunctions.NormalCumulative(-z)))
            : Math.Min(double.MaxValue, z * z / 2 + Math.Log(z) + 0.5 * Math.Log(Math.PI / 2));
}
