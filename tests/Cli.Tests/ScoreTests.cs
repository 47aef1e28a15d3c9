namespace EventSourcedAnomaly.Cli.Tests;

public sealed class ScoreTests
{
    [Fact]
    public async Task Every_row_comes_back_with_its_score_between_0_and_1()
    {
        using var input = TemporaryCsv.WithOneOutlier();
        using var output = new TemporaryCsv();
        var (exitCode, _, error) = await EsaProcess.RunAsync("score", input.Path, "--label", "label", "--output", output.Path);
        Assert.Equal((0, ""), (exitCode, error));
        var before = await File.ReadAllLinesAsync(input.Path);
        var after = await File.ReadAllLinesAsync(output.Path);
        Assert.Equal(before[0] + ",anomaly_score", after[0]);
        Assert.Equal(before, after.Select(line => line[..line.LastIndexOf(',')]));
        var scores = after.Skip(1).Select(line => double.Parse(line[(line.LastIndexOf(',') + 1)..])).ToArray();
        Assert.All(scores, score => Assert.InRange(score, 0, 1));
        Assert.Equal(scores.Max(), scores[^1]);
    }

    [Fact]
    public async Task The_input_is_never_overwritten()
    {
        using var input = TemporaryCsv.WithOneOutlier();
        var (exitCode, _, error) = await EsaProcess.RunAsync("score", input.Path, "--output", input.Path);
        Assert.Equal(1, exitCode);
        Assert.Contains("another file than the input", error, StringComparison.Ordinal);
    }
}
