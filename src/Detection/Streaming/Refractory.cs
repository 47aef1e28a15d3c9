using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Tells the onset of an event from its aftermath: a surprisal is an onset when none came lately, or when it is less than half as probable
/// as the last, so that an event that grows is not reported at each of its rows. "Lately" is a tenth of what was seen so far, for the
/// more a stream has shown, the rarer are the events worth a report.
/// </summary>
internal sealed class Refractory(int shortest, int longest)
{
    private const int ShareOfHistory = 10;
    private static readonly double Margin = Math.Log(2);

    private (double Row, double Surprisal)? _last;

    public bool IsOnset(long row, double surprisal)
    {
        var reach = Math.Clamp(row / ShareOfHistory, shortest, longest);
        if (_last is { } last && last.Row >= row - reach && surprisal <= last.Surprisal + Margin) return false;
        _last = (row, surprisal);
        return true;
    }

    public void Write(ModelWriter writer) => writer.Array<double>(_last is { } last ? [last.Row, last.Surprisal] : []);

    public void Read(ref ModelReader reader)
    {
        // what was stored before went on with lesser peaks
        var pairs = reader.Array<double>();
        if (pairs.Length > 0) _last = (pairs[0], pairs[1]);
    }
}
