namespace EventSourcedAnomaly.Cli.Tests;

/// <summary>A CSV file that is deleted with the test.</summary>
internal sealed class TemporaryCsv : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Guid.NewGuid():N}.csv");

    public TemporaryCsv(params string[] lines) => File.WriteAllLines(Path, lines);

    /// <summary>100 rows on a line and one far from it.</summary>
    public static TemporaryCsv WithOneOutlier() =>
        new(["a,b,label", .. Enumerable.Range(0, 100).Select(i => $"{i % 10},{i % 7},0"), "500,-300,1"]);

    public void Dispose() => File.Delete(Path);
}
