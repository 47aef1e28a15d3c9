using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// What <see cref="StreamingEnsemble"/> knows of one feature: its latest values and, per view, the latest nonconformities.
/// </summary>
internal sealed class SeriesEvidence
{
    /// <summary>
    /// Runs of three and eight values: a step or spike, a shape. The ratio of about e leaves no scale of a short event out and gives
    /// none twice; single values are left out, for in noise every value is new.
    /// </summary>
    private static readonly int[] Runs = [3, 8];

    /// <summary>Rows of the level and the volatility: enough for a standard deviation good to 12 % (1/√(2·36)).</summary>
    private const int TrendRows = 36;

    /// <summary>A quarter of an hour either side: the grid on which people's and machines' schedules lie.</summary>
    private const double ToleranceMinutes = 15;

    private readonly RecentValues _values;
    private readonly RecentValues _levels;
    private readonly RecentValues _volatilities;
    private readonly TailProbability[] _tails;
    private readonly double[] _surprisals;
    private int _standstill;

    public SeriesEvidence(int window)
    {
        _values = new RecentValues(window);
        _levels = new RecentValues(window);
        _volatilities = new RecentValues(window);
        _tails = [.. Enumerable.Range(0, Runs.Length + 4).Select(_ => new TailProbability(window))];
        _surprisals = new double[_tails.Length];
    }

    /// <summary>-ln of the probability that the views together would find as much in the next value.</summary>
    /// <param name="value">The next value.</param>
    /// <param name="minutes">Times of the values, this one last.</param>
    public double Next(double value, ReadOnlySpan<double> minutes)
    {
        _standstill = _values.Length > 0 && value.Equals(_values.Values[^1]) ? _standstill + 1 : 0;
        _values.Append(value);
        var values = _values.Values;
        _levels.Append(Nonconformity.Level(values, TrendRows));
        _volatilities.Append(Nonconformity.Volatility(values, TrendRows));
        for (var r = 0; r < Runs.Length; r++) _surprisals[r] = _tails[r].Surprisal(Nonconformity.Novelty(values, Runs[r]));
        _surprisals[^4] = _tails[^4].Surprisal(Nonconformity.Novelty(_levels.Values, 1));
        _surprisals[^3] = _tails[^3].Surprisal(Nonconformity.Novelty(_volatilities.Values, 1));
        _surprisals[^2] = _tails[^2].Surprisal(_standstill);
        // without an earlier day there is nothing to learn either
        _surprisals[^1] = Nonconformity.NoveltyAtTimeOfDay(values, minutes, Runs[^1], ToleranceMinutes) is { } unusual
            ? _tails[^1].Surprisal(unusual) : 0;
        return Surprisal.Together(_surprisals);
    }

    public void Write(ModelWriter writer)
    {
        _values.Write(writer);
        _levels.Write(writer);
        _volatilities.Write(writer);
        writer.Int(_standstill);
        writer.Array<double>([]); // the tail of single values was here
        foreach (var tail in _tails) tail.Write(writer);
    }

    public void Read(ref ModelReader reader)
    {
        _values.Read(ref reader);
        _levels.Read(ref reader);
        _volatilities.Read(ref reader);
        _standstill = reader.Int();
        reader.Array<double>();
        foreach (var tail in _tails) tail.Read(ref reader);
    }
}
