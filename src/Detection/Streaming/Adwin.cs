using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>
/// ADWIN2 (Bifet and Gavaldà 2007): a window of variable length, held as an exponential histogram, whose older part is dropped as soon
/// as two parts of it have means that differ by more than chance allows. Memory is O(log n).
/// </summary>
/// <param name="delta">Bound on the probability of a false change.</param>
/// <param name="clock">Numbers between two checks.</param>
/// <param name="max_buckets">Buckets of one size before two are merged.</param>
/// <param name="min_window_length">Minimum of numbers in either part.</param>
public sealed class Adwin(double delta = 0.002, int clock = 32, int max_buckets = 5, int min_window_length = 5) : DriftDetector(
    Definition, 0, ("delta", delta), ("clock", clock), ("max_buckets", max_buckets), ("min_window_length", min_window_length))
{
    internal static DriftAlgorithmInfo Definition { get; } = new("ADWIN", ["adwin2"],
    [
        Parameter.Number("delta", 0.002, new(0, 1, MinimumOpen: true, MaximumOpen: true), "Bound on the probability of a false change."),
        Parameter.Integer("clock", 32, 1, "Numbers between two checks.", 1_000_000),
        Parameter.Integer("max_buckets", 5, 2, "Buckets of one size before two are merged.", 1_000),
        Parameter.Integer("min_window_length", 5, 1, "Minimum of numbers in either part.", 1_000_000),
    ])
    {
        Make = (parameters, _) => new Adwin(
            parameters.Number("delta"), parameters.Integer("clock"), parameters.Integer("max_buckets"),
            parameters.Integer("min_window_length")),
    };

    private sealed record Bucket(long Count, double Sum, double SquaredDeviations);

    private readonly double _delta = Within(delta, 0, 1, nameof(delta));
    private readonly int _clock = AtLeast(clock, 1, nameof(clock));
    private readonly int _most = AtLeast(max_buckets, 2, nameof(max_buckets));
    private readonly int _least = AtLeast(min_window_length, 1, nameof(min_window_length));

    // oldest and largest first
    private readonly List<Bucket> _buckets = [];

    /// <summary>Numbers in the window.</summary>
    public long Width => _buckets.Sum(b => b.Count);

    /// <summary>Mean of the window; 0 when it is empty.</summary>
    public double Mean => Width > 0 ? _buckets.Sum(b => b.Sum) / Width : 0;

    private protected override bool Detects(double value)
    {
        _buckets.Add(new Bucket(1, value, 0));
        Compress();
        if (Count % _clock != 0) return false;
        var changed = false;
        while (FindCut())
        {
            _buckets.RemoveAt(0);
            changed = true;
        }
        return changed;
    }

    private protected override void WriteState(ModelWriter writer)
    {
        writer.Array([.. _buckets.Select(b => b.Count)]);
        writer.Array([.. _buckets.Select(b => b.Sum)]);
        writer.Array([.. _buckets.Select(b => b.SquaredDeviations)]);
    }

    private protected override void ReadState(ref ModelReader reader)
    {
        var (counts, sums, deviations) = (reader.Array<long>(), reader.Array<double>(), reader.Array<double>());
        _buckets.AddRange(counts.Select((count, i) => new Bucket(count, sums[i], deviations[i])));
    }

    /// <summary>Merges the two oldest buckets of every size that has too many.</summary>
    private void Compress()
    {
        for (var end = _buckets.Count; end > 0;)
        {
            var size = _buckets[end - 1].Count;
            var start = end;
            while (start > 0 && _buckets[start - 1].Count == size) start--;
            if (end - start <= _most) return;
            _buckets[start] = Merge(_buckets[start], _buckets[start + 1]);
            _buckets.RemoveAt(start + 1);
            // the merged bucket now belongs to the next larger size
            end = start + 1;
        }
    }

    private bool FindCut()
    {
        if (_buckets.Count < 2) return false;
        var all = _buckets.Aggregate(Merge);
        var variance = all.SquaredDeviations / all.Count;
        var confidence = Math.Log(2 * Math.Log(all.Count) / _delta);
        var (olderCount, olderSum) = (0L, 0.0);
        foreach (var bucket in _buckets)
        {
            olderCount += bucket.Count;
            olderSum += bucket.Sum;
            var newerCount = all.Count - olderCount;
            if (newerCount < _least) return false;
            if (olderCount < _least) continue;
            var harmonic = 1.0 / olderCount + 1.0 / newerCount;
            var allowed = Math.Sqrt(2 * harmonic * variance * confidence) + 2.0 / 3 * harmonic * confidence;
            if (Math.Abs(olderSum / olderCount - (all.Sum - olderSum) / newerCount) > allowed) return true;
        }
        return false;
    }

    private static Bucket Merge(Bucket a, Bucket b)
    {
        var difference = a.Sum / a.Count - b.Sum / b.Count;
        var between = difference * difference * a.Count * b.Count / (a.Count + b.Count);
        return new Bucket(a.Count + b.Count, a.Sum + b.Sum, a.SquaredDeviations + b.SquaredDeviations + between);
    }
}
