using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// Tells the onset of an event from its echoes: a surprise is an onset when none as large was seen lately. "Lately" is a tenth of
/// what was seen so far, for the more a stream has shown, the rarer are the events worth a report.
/// </summary>
internal sealed class Refractory(int shortest, int longest)
{
    private const int ShareOfHistory = 10;

    // descending surprises with their rows: the head is the largest that is still recent
    private readonly LinkedList<(double Row, double Surprise)> _peaks = new();

    public bool IsOnset(long row, double surprise)
    {
        var reach = Math.Clamp(row / ShareOfHistory, shortest, longest);
        while (_peaks.First is { } oldest && oldest.Value.Row < row - reach) _peaks.RemoveFirst();
        var onset = _peaks.First is not { } peak || surprise > peak.Value.Surprise;
        while (_peaks.Last is { } last && last.Value.Surprise <= surprise) _peaks.RemoveLast();
        _peaks.AddLast((row, surprise));
        return onset;
    }

    public void Write(ModelWriter writer) => writer.Array([.. _peaks.SelectMany(p => new[] { p.Row, p.Surprise })]);

    public void Read(ref ModelReader reader)
    {
        var pairs = reader.Array<double>();
        for (var i = 0; i + 1 < pairs.Length; i += 2) _peaks.AddLast((pairs[i], pairs[i + 1]));
    }
}
