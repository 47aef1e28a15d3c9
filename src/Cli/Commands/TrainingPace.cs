using EventSourcedAnomaly.Cli.Remote;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// How fast epochs come, by the times of the last ones. A pause between two runs would count as slowness, so each run is measured anew.
/// </summary>
internal sealed class TrainingPace
{
    private const int Window = 20;
    private readonly Queue<(int Epoch, DateTimeOffset At)> _epochs = new();

    /// <summary>How long the epochs to come will take, if as long as the last ones; null where that is not known.</summary>
    public TimeSpan? Left(SessionMessage message, int total)
    {
        var (epoch, at) = (message.Data.GetProperty("epoch").GetInt32(), message.Data.GetProperty("timestamp").GetDateTimeOffset());
        if (_epochs.Count > 0 && _epochs.Last() is var last && (epoch <= last.Epoch || IsPause(at - last.At))) _epochs.Clear();
        _epochs.Enqueue((epoch, at));
        if (_epochs.Count > Window) _epochs.Dequeue();
        var first = _epochs.Peek();
        return total > 0 && epoch > first.Epoch && at >= first.At
            ? (at - first.At) / (epoch - first.Epoch) * Math.Max(0, total - epoch) : null;
    }

    // Far longer than the epochs before it: somebody had stopped it.
    private bool IsPause(TimeSpan gap)
    {
        var (first, last) = (_epochs.Peek(), _epochs.Last());
        return last.Epoch > first.Epoch && gap > TimeSpan.FromSeconds(30) && gap > 20 * (last.At - first.At) / (last.Epoch - first.Epoch);
    }
}
