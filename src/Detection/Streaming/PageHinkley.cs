using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Page-Hinkley test (Page 1954): a change of the mean, in either direction, is detected when the cumulated deviations from the mean
/// so far have moved further than <paramref name="threshold"/> from their extreme.
/// </summary>
/// <param name="min_instances">Numbers before which no change is reported.</param>
/// <param name="delta">Deviation that is tolerated, in units of the numbers.</param>
/// <param name="threshold">Cumulated deviation that makes a change.</param>
/// <param name="alpha">Share of the cumulated deviation that is kept from number to number.</param>
public sealed class PageHinkley(int min_instances = 30, double delta = 0.005, double threshold = 50, double alpha = 0.9999) : DriftDetector(
    Definition, 0, ("min_instances", min_instances), ("delta", delta), ("threshold", threshold), ("alpha", alpha))
{
    internal static DriftAlgorithmInfo Definition { get; } = new("PageHinkley", ["page_hinkley", "PH"],
    [
        Parameter.Integer("min_instances", 30, 1, "Numbers before which no change is reported."),
        Parameter.Number("delta", 0.005, new(0, double.PositiveInfinity), "Deviation that is tolerated, in units of the numbers."),
        Parameter.Number("threshold", 50, new(0, double.PositiveInfinity, MinimumOpen: true), "Cumulated deviation that makes a change."),
        Parameter.Number("alpha", 0.9999, new(0, 1, MinimumOpen: true), "Share of the cumulated deviation kept from number to number."),
    ])
    {
        Make = (parameters, _) => new PageHinkley(
            parameters.Integer("min_instances"), parameters.Number("delta"), parameters.Number("threshold"), parameters.Number("alpha")),
    };

    private readonly int _least = AtLeast(min_instances, 1, nameof(min_instances));
    private readonly double _delta = Within(delta, -double.Epsilon, double.MaxValue, nameof(delta));
    private readonly double _threshold = Within(threshold, 0, double.MaxValue, nameof(threshold));
    private readonly double _kept = Within(alpha, 0, Math.BitIncrement(1), nameof(alpha));
    private long _seen;
    private double _mean;
    private double _up;
    private double _down;
    private double _lowest;
    private double _highest;

    private protected override bool Detects(double value)
    {
        _mean += (value - _mean) / ++_seen;
        _up = _kept * _up + value - _mean - _delta;
        _down = _kept * _down + value - _mean + _delta;
        _lowest = Math.Min(_lowest, _up);
        _highest = Math.Max(_highest, _down);
        if (_seen < _least || Math.Max(_up - _lowest, _highest - _down) <= _threshold) return false;
        (_seen, _mean, _up, _down, _lowest, _highest) = (0, 0, 0, 0, 0, 0);
        return true;
    }

    private protected override void WriteState(ModelWriter writer)
    {
        writer.Array([_seen]);
        writer.Array([_mean, _up, _down, _lowest, _highest]);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        _seen = reader.Array<long>()[0];
        var sums = reader.Array<double>();
        (_mean, _up, _down, _lowest, _highest) = (sums[0], sums[1], sums[2], sums[3], sums[4]);
    }
}
