using System.Globalization;

namespace EventSourcedAnomaly.Benchmarks.Nab;

/// <summary>
/// The published results of other detectors, file by file: they check how windows and rows are counted and scores summed.
/// </summary>
internal static class PublishedScores
{
    /// <summary>The corpus score of every detector and profile in <c>per_file.csv</c>.</summary>
    /// <exception cref="InvalidDataException">A file's windows or scored rows are counted otherwise than by this scorer.</exception>
    public static IEnumerable<(string Detector, string Profile, double Score)> Read(string folder, IReadOnlyList<NabSeries> corpus)
    {
        var byName = corpus.ToDictionary(series => series.Name, StringComparer.Ordinal);
        var rows = File.ReadLines(Path.Combine(folder, "per_file.csv")).Skip(1).Select(line => line.Split(',')).ToArray();
        foreach (var row in rows) Check(byName[row[2]], row);
        return rows.GroupBy(row => (Detector: row[0], Profile: row[1])).Select(group => (
            group.Key.Detector,
            group.Key.Profile,
            NabScorer.Normalise(corpus, group.Sum(row => double.Parse(row[4], CultureInfo.InvariantCulture)),
                NabProfile.All.First(p => string.Equals(p.Name, group.Key.Profile, StringComparison.Ordinal)))));
    }

    private static void Check(NabSeries series, string[] row)
    {
        var counts = Array.ConvertAll(row[5..9], field => int.Parse(field, CultureInfo.InvariantCulture));
        var inside = series.Windows.Sum(w => w.Rows);
        var outside = series.Values.Length - series.Probation - inside;
        if (counts[0] + counts[3] != inside || counts[1] + counts[2] != outside)
        {
            throw new InvalidDataException(
                $"{series.Name}: {inside} rows in windows and {outside} outside, published {string.Join(',', counts)}");
        }
    }
}
