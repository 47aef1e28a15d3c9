using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// What <see cref="StreamingEnsemble"/> knows of one feature: its latest values and, per member, the latest strangenesses.
/// </summary>
internal sealed class SeriesEvidence
{
    /// <summary>
    /// Runs of one, three and eight values: a level never seen, a step or spike, a shape. The ratio of about e leaves no scale of a
    /// short event out and gives none twice.
    /// </summary>
    private static readonly int[] Runs = [1, 3, 8];

    /// <summary>Rows of the level and the volatility: enough for a standard deviation good to 12 % (1/√(2·36)).</summary>
    private const int TrendRows = 36;

    /// <summary>A quarter of an hour either side: the grid on which people's and machines' schedules lie.</summary>
    private const double ToleranceMinutes = 15;

    private readonly RecentValues _values;
    private readonly RecentValues _levels;
    private readonly TailProbability[] _tails;

    public SeriesEvidence(int window)
    {
        _values = new RecentValues(window);
        _levels = new RecentValues(window);
        _tails = [.. Enumerable.Range(0, Runs.Length + 3).Select(_ => new TailProbability(window))];
    }

    /// <summary>-ln of the joint probability of what the members see in the next value.</summary>
    /// <param name="value">The next value.</param>
    /// <param name="minutes">Times of the values, this one last.</param>
    public double Next(double value, ReadOnlySpan<double> minutes)
    {
        _values.Append(value);
        var values = _values.Values;
        _levels.Append(Strangeness.Level(values, TrendRows));
        var sum = 0.0;
        for (var r = 0; r < Runs.Length; r++) sum += _tails[r].Surprise(Strangeness.Novelty(values, Runs[r]));
        sum += _tails[^3].Surprise(Strangeness.Novelty(_levels.Values, 1));
        sum += _tails[^2].Surprise(Strangeness.Volatility(values, TrendRows));
        sum += _tails[^1].Surprise(Strangeness.NoveltyAtTimeOfDay(values, minutes, Runs[^1], ToleranceMinutes));
        return Surprise.Combined(sum, _tails.Length);
    }

    public void Write(ModelWriter writer)
    {
        _values.Write(writer);
        _levels.Write(writer);
        foreach (var tail in _tails) tail.Write(writer);
    }

    public void Read(ref ModelReader reader)
    {
        _values.Read(ref reader);
        _levels.Read(ref reader);
        foreach (var tail in _tails) tail.Read(ref reader);
    }
}
