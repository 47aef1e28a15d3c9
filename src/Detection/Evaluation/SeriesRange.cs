using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection;

/// <summary>A stretch of time, or of rows, from <paramref name="Start"/> up to but without <paramref name="End"/>.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SeriesRange(double Start, double End)
{
    public double Length => End - Start;

    /// <summary>The stretches of rows whose label is 1.</summary>
    /// <exception cref="ArgumentException">A label is neither 0 nor 1.</exception>
    public static IReadOnlyList<SeriesRange> Of(ReadOnlySpan<int> labels)
    {
        var ranges = new List<SeriesRange>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is not (0 or 1))
                throw new ArgumentException($"expected labels of 0 or 1, got {labels[i]} in row {i}", nameof(labels));
            if (labels[i] == 0) continue;
            var start = i;
            while (i + 1 < labels.Length && labels[i + 1] == 1) i++;
            ranges.Add(new SeriesRange(start, i + 1));
        }
        return ranges;
    }

    /// <exception cref="ArgumentException">A range is empty, not finite, or does not end before the next begins.</exception>
    internal static void Check(IReadOnlyList<SeriesRange> ranges, string name)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            if (!(ranges[i].Length > 0) || !double.IsFinite(ranges[i].Length))
                throw new ArgumentException($"range {i}: expected a start before the end, got {ranges[i].Start} and {ranges[i].End}", name);
            if (i > 0 && !(ranges[i].Start > ranges[i - 1].End))
                throw new ArgumentException(
                    $"range {i}: expected to begin after the end of the one before, {ranges[i - 1].End}, got {ranges[i].Start}", name);
        }
    }
}

/// <summary>
/// How far reported ranges are right, and how far real ones are found; from 0 to 1, NaN where there is nothing to measure.
/// </summary>
public record RangeAgreement(double Precision, double Recall)
{
    /// <summary>Harmonic mean of precision and recall; 0 when both are.</summary>
    public double F1 => Precision + Recall is var sum && sum == 0 ? 0 : 2 * Precision * Recall / sum;
}
