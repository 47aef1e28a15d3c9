using System.Globalization;
using System.Text.Json;

namespace EventSourcedAnomaly.Benchmarks.Nab;

/// <summary>A labelled span of rows, both ends included.</summary>
internal sealed record NabWindow(int First, int Last)
{
    public int Rows => Last - First + 1;
}

/// <summary>One series of the Numenta Anomaly Benchmark.</summary>
/// <param name="Name">Folder and file, e.g. <c>realAdExchange/exchange-2_cpc_results.csv</c>.</param>
/// <param name="Timestamps">As written, taken for UTC.</param>
/// <param name="Values">One per timestamp.</param>
/// <param name="Windows">Where the anomalies are; only the scorer may look.</param>
internal sealed record NabSeries(string Name, DateTimeOffset[] Timestamps, double[] Values, NabWindow[] Windows)
{
    /// <summary>Rows at the beginning that do not count: 15 %, at most 750.</summary>
    public int Probation => Math.Min((int)(0.15 * Values.Length), 750);
}

/// <summary>Reads the series and their windows from a folder with <c>series/</c> and <c>windows.json</c>.</summary>
internal static class NabCorpus
{
    public static IReadOnlyList<NabSeries> Read(string folder)
    {
        using var windows = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "windows.json")));
        return
        [
            .. windows.RootElement.EnumerateObject()
                .Where(file => File.Exists(Path.Combine(folder, "series", file.Name)))
                .Select(file => ReadSeries(folder, file.Name, file.Value)),
        ];
    }

    private static NabSeries ReadSeries(string folder, string name, JsonElement windows)
    {
        var rows = File.ReadLines(Path.Combine(folder, "series", name)).Skip(1).Where(line => line.Length > 0)
            .Select(line => line.Split(',')).ToArray();
        var timestamps = Array.ConvertAll(rows, row => Time(row[0]));
        var values = Array.ConvertAll(rows, row => double.Parse(row[1], CultureInfo.InvariantCulture));
        return new NabSeries(name, timestamps, values,
        [
            .. windows.EnumerateArray().Select(w => new NabWindow(
                Array.FindIndex(timestamps, t => t >= Time(w[0].GetString()!)),
                Array.FindLastIndex(timestamps, t => t <= Time(w[1].GetString()!)))),
        ]);
    }

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
