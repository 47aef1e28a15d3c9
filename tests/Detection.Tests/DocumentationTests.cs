using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Detection.Tests;

public sealed class DocumentationTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Root(), "docs", "detection.md"));

    public static TheoryData<string> Names =>
        [.. Algorithms.All.Select(a => a.Name), .. StreamingAlgorithms.All.Select(a => a.Name), .. DriftAlgorithms.All.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_algorithm_stands_in_the_guide(string name) => Assert.Contains($"`{name}`", Guide, StringComparison.Ordinal);

    [Fact]
    public void The_guide_says_which_algorithms_have_an_ONNX_form()
    {
        foreach (var algorithm in Algorithms.All)
        {
            var line = Guide.Split('\n').Single(l => l.StartsWith($"| `{algorithm.Name}` |", StringComparison.Ordinal));
            Assert.Equal(algorithm.HasOnnxForm, line.Contains("| yes |", StringComparison.Ordinal));
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EventSourcedAnomaly.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
