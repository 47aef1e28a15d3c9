namespace EventSourcedAnomaly.Detection;

/// <summary>The score of the neighbourhood of one real anomaly.</summary>
/// <param name="PrecisionDistance">Mean distance of what was reported there from the anomaly; NaN when nothing was.</param>
/// <param name="RecallDistance">Mean distance of the anomaly from what was reported; infinite when nothing was.</param>
/// <param name="Precision">Probability that a report at random would have been farther away; NaN when nothing was reported.</param>
/// <param name="Recall">Probability that a report at random would have been farther from the anomaly; 0 when nothing was reported.</param>
public sealed record Affiliation(double PrecisionDistance, double RecallDistance, double Precision, double Recall);

/// <summary>Precision and recall with what they are the means of.</summary>
/// <param name="Precision">Mean over the anomalies near which something was reported.</param>
/// <param name="Recall">Mean over all anomalies.</param>
/// <param name="Anomalies">One for each real anomaly.</param>
public sealed record AffiliationAgreement(double Precision, double Recall, IReadOnlyList<Affiliation> Anomalies)
    : RangeAgreement(Precision, Recall);

/// <summary>
/// Affiliation metrics (Huet, Navarro, Rossi 2022, "Local evaluation of time series anomaly detection algorithms"): time is divided
/// among the real anomalies, each point going to the nearest; within such a zone reports are measured by their distance, and the distance
/// by how likely a report at random would have been farther away. Near misses count, and a long anomaly no more than a short one.
/// </summary>
public static class AffiliationMetrics
{
    /// <summary>Scores predictions on the rows of a series.</summary>
    /// <param name="predicted">One prediction per row, 1 = anomaly.</param>
    /// <param name="labels">One label per row, 0 or 1, at least one of them 1.</param>
    /// <exception cref="ArgumentException">The lengths differ, a label is neither 0 nor 1, or there is no anomaly.</exception>
    public static AffiliationAgreement Of(ReadOnlySpan<int> predicted, ReadOnlySpan<int> labels)
    {
        if (predicted.Length != labels.Length)
            throw new ArgumentException($"expected {predicted.Length} labels, one per prediction, got {labels.Length}", nameof(labels));
        return Of(SeriesRange.Of(predicted), SeriesRange.Of(labels), new SeriesRange(0, labels.Length));
    }

    /// <summary>Scores reported stretches of time.</summary>
    /// <param name="reported">Ascending and apart.</param>
    /// <param name="anomalies">The real ones, ascending and apart, at least one.</param>
    /// <param name="whole">What was watched; holds all the others.</param>
    /// <exception cref="ArgumentException">There is no anomaly, or ranges are empty, overlap, or lie outside of the whole.</exception>
    public static AffiliationAgreement Of(IReadOnlyList<SeriesRange> reported, IReadOnlyList<SeriesRange> anomalies, SeriesRange whole)
    {
        ArgumentNullException.ThrowIfNull(reported);
        ArgumentNullException.ThrowIfNull(anomalies);
        SeriesRange.Check([whole], nameof(whole));
        SeriesRange.Check(reported, nameof(reported));
        SeriesRange.Check(anomalies, nameof(anomalies));
        if (anomalies.Count == 0) throw new ArgumentException("expected at least one real anomaly, got none", nameof(anomalies));
        foreach (var range in reported.Concat(anomalies))
        {
            if (range.Start < whole.Start || range.End > whole.End)
                throw new ArgumentException($"expected ranges from {whole.Start} to {whole.End}, got {range.Start} to {range.End}",
                    nameof(whole));
        }
        var measured = anomalies.Select((anomaly, i) => Measure(anomaly, Zone(anomalies, i, whole), reported)).ToArray();
        return new AffiliationAgreement(
            measured.Select(a => a.Precision).Where(p => !double.IsNaN(p)).DefaultIfEmpty(double.NaN).Average(),
            measured.Average(a => a.Recall), measured);
    }

    /// <summary>The time that is nearer to one anomaly than to any other.</summary>
    private static SeriesRange Zone(IReadOnlyList<SeriesRange> anomalies, int i, SeriesRange whole) => new(
        i == 0 ? whole.Start : (anomalies[i - 1].End + anomalies[i].Start) / 2,
        i == anomalies.Count - 1 ? whole.End : (anomalies[i].End + anomalies[i + 1].Start) / 2);

    private static Affiliation Measure(SeriesRange anomaly, SeriesRange zone, IReadOnlyList<SeriesRange> reported)
    {
        SeriesRange[] inZone = [.. reported
            .Select(r => new SeriesRange(Math.Max(r.Start, zone.Start), Math.Min(r.End, zone.End))).Where(r => r.Length > 0)];
        if (inZone.Length == 0) return new Affiliation(double.NaN, double.PositiveInfinity, double.NaN, 0);
        var length = inZone.Sum(r => r.Length);
        double[] borders = [.. inZone.SelectMany(r => new[] { r.Start, r.End })];
        var towardsAnomaly = PrecisionKinks(anomaly, zone);
        var towardsReports = RecallKinks(borders, zone);
        return new Affiliation(
            inZone.Sum(r => Integral(r, towardsAnomaly, x => Distance(x, anomaly))) / length,
            Integral(anomaly, towardsReports, y => Distance(y, inZone)) / anomaly.Length,
            inZone.Sum(r => Integral(r, towardsAnomaly, x => FartherFromAnomaly(Distance(x, anomaly), anomaly, zone))) / length,
            Integral(anomaly, towardsReports, y => FartherFromPoint(Distance(y, inZone), y, zone)) / anomaly.Length);
    }

    /// <summary>Where distance from the anomaly, or its probability, changes its slope.</summary>
    private static double[] PrecisionKinks(SeriesRange anomaly, SeriesRange zone) =>
        [anomaly.Start, anomaly.End, anomaly.End + (anomaly.Start - zone.Start), anomaly.Start - (zone.End - anomaly.End)];

    /// <summary>Where distance from the reports, or its probability, changes its slope: at their borders, half-way between two of them, and
    /// where a distance reaches the end of the zone.</summary>
    private static double[] RecallKinks(double[] borders, SeriesRange zone) =>
    [
        .. borders, .. borders.Zip(borders.Skip(1), (a, b) => (a + b) / 2),
        .. borders.Select(b => (b + zone.Start) / 2), .. borders.Select(b => (b + zone.End) / 2),
    ];

    /// <summary>The integral of a function that is linear between kinks: exact by the values half-way between them.</summary>
    private static double Integral(SeriesRange range, double[] kinks, Func<double, double> function)
    {
        double[] ends = [range.Start, .. kinks.Where(k => k > range.Start && k < range.End).Order(), range.End];
        var sum = 0.0;
        for (var i = 1; i < ends.Length; i++) sum += (ends[i] - ends[i - 1]) * function((ends[i] + ends[i - 1]) / 2);
        return sum;
    }

    private static double Distance(double x, SeriesRange range) => Math.Max(0, Math.Max(range.Start - x, x - range.End));

    /// <summary>Distance to the nearest of ascending ranges.</summary>
    private static double Distance(double x, SeriesRange[] ranges)
    {
        int low = 0, high = ranges.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ranges[middle].Start <= x) low = middle + 1;
            else high = middle;
        }
        var after = low < ranges.Length ? Distance(x, ranges[low]) : double.PositiveInfinity;
        return low > 0 ? Math.Min(after, Distance(x, ranges[low - 1])) : after;
    }

    /// <summary>Share of a zone that is farther from the anomaly; all of it is, or is in it, when the distance is 0.</summary>
    private static double FartherFromAnomaly(double distance, SeriesRange anomaly, SeriesRange zone) => distance == 0 ? 1
        : (Math.Max(0, anomaly.Start - zone.Start - distance) + Math.Max(0, zone.End - anomaly.End - distance)) / zone.Length;

    /// <summary>Share of a zone that is farther from a point of it.</summary>
    private static double FartherFromPoint(double distance, double point, SeriesRange zone) =>
        1 - (Math.Min(zone.End, point + distance) - Math.Max(zone.Start, point - distance)) / zone.Length;
}
