using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Several views of a time series, each calibrated to a probability by its own past: the distance of the latest 3 and 8 values to their
/// nearest neighbour in the past (KNN-CAD, Burnaev and Ishimtsev 2016), the same against earlier days at this time of day, the
/// novelty of the level and of the volatility, and how long the series has stood still. An event shows in one of them and not in the
/// others, so the view of the greatest surprisal counts, corrected for their number (harmonic mean of probabilities, Wilson 2019). What
/// only follows an event that was just reported are held back. A score of 0.5 stands for one row in √n of the n seen: the longer a stream
/// is watched, the rarer is what is worth a report, so that one threshold serves short and long series. Several features are scored one by
/// one and put together alike.
/// </summary>
public sealed class StreamingEnsemble : StreamingDetector
{
    /// <summary>At first as if so many rows had been seen, so that the first hours are not full of alarms.</summary>
    private const double MinRows = 1_000;

    internal static StreamingAlgorithmInfo Definition { get; } = new("StreamingEnsemble", ["ensemble", "streaming_ensemble"], "ensemble",
    [
        Parameter.Integer("window_size", 8192, 64, "Latest rows kept to compare with.", 1_000_000),
        Parameter.Integer("refractory", 50, 0, "Minimum of rows after an event during which only a larger one is reported.", 1_000_000),
    ])
    { Make = (parameters, seed) => new StreamingEnsemble(parameters, seed) };

    private readonly int _window;
    private readonly RecentValues _minutes;
    private readonly Refractory _refractory;
    private SeriesEvidence[] _features = [];
    private double[] _surprisals = [];

    private StreamingEnsemble(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
        _window = parameters.Integer("window_size");
        _minutes = new RecentValues(_window);
        var shortest = parameters.Integer("refractory");
        _refractory = new Refractory(shortest, Math.Max(shortest, _window));
    }

    private protected override void Begin()
    {
        _features = [.. Enumerable.Range(0, FeatureCount).Select(_ => new SeriesEvidence(_window))];
        _surprisals = new double[FeatureCount];
    }

    private protected override double Next(DateTimeOffset timestamp, ReadOnlySpan<double> values)
    {
        _minutes.Append(timestamp.Ticks / (double)TimeSpan.TicksPerMinute);
        for (var f = 0; f < values.Length; f++) _surprisals[f] = _features[f].Next(values[f], _minutes.Values);
        var surprisal = Surprisal.Together(_surprisals);
        var score = Surprisal.ToScore(surprisal, RowsPerAlarm(_minutes.Length));
        return _refractory.IsOnset(Count, surprisal) ? score : Surprisal.SuppressedScore(score);
    }

    /// <summary>
    /// One row in how many scores 0.5 once so many were seen: the tails are fitted to the top √n, and so much is reported.
    /// </summary>
    internal static double RowsPerAlarm(int seen) => Math.Sqrt(Math.Max(MinRows, seen));

    private protected override void WriteState(ModelWriter writer)
    {
        _minutes.Write(writer);
        _refractory.Write(writer);
        foreach (var feature in _features) feature.Write(writer);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        _minutes.Read(ref reader);
        _refractory.Read(ref reader);
        foreach (var feature in _features) feature.Read(ref reader);
    }
}
