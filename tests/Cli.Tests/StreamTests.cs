using System.Globalization;

namespace EventSourcedAnomaly.Cli.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task Every_row_comes_back_with_its_score_and_a_spike_scores_above_the_threshold()
    {
        var rows = Enumerable.Range(0, 400).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UnixEpoch.AddMinutes(5 * i):yyyy-MM-dd HH:mm:ss},{(i == 350 ? 1e4 : i * 7919 % 97)}"));
        using var csv = new TemporaryCsv([.. rows.Prepend("timestamp,value")]);
        var (exitCode, output, error) = await EsaProcess.RunAsync("stream", csv.Path);
        Assert.Equal((0, ""), (exitCode, error));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("timestamp,value,anomaly_score", lines[0]);
        Assert.Equal(401, lines.Length);
        Assert.StartsWith("1970-01-02 05:10:00,10000,", lines[351], StringComparison.Ordinal);
        Assert.InRange(Score(lines[351]), 0.5, 1);
        Assert.All(lines.Skip(1), line => Assert.InRange(Score(line), 0, 1));
    }

    [Theory]
    [InlineData("1970-01-01,x", "line 3: column 'value': expected a finite number or nothing, got 'x'")]
    [InlineData("05.02.2024 11:00,1", "line 3: column 'timestamp': expected a date and time, got '05.02.2024 11:00'")]
    [InlineData("noon,1", "line 3: column 'timestamp': expected a date and time, got 'noon'")]
    [InlineData("1970-01-01", "line 3: expected 2 fields, got 1")]
    [InlineData("1970-01-01,1e308", "line 3: column 'value': expected a number from -1E+75 to 1E+75, got '1e308'")]
    [InlineData("1970-01-01,\"1", "line 3: a quoted field does not end in its line")]
    public async Task A_bad_row_is_named_with_what_was_expected(string row, string message)
    {
        using var csv = new TemporaryCsv("timestamp,value", "1970-01-01,1", row);
        var (exitCode, _, error) = await EsaProcess.RunAsync("stream", csv.Path);
        Assert.Equal(1, exitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StreamingEnsemble")]
    [InlineData("RobustRandomCutForest")]
    [InlineData("HalfSpaceTrees")]
    [InlineData("StreamingZScore")]
    public async Task Quotes_gaps_repeated_and_unordered_times_and_missing_values_are_scored(string algorithm)
    {
        using var csv = new TemporaryCsv(
            "\uFEFF\"timestamp\",\"value\"\r", "\"1970-01-05\",\"1\"\r", "1970-01-05,2\r", "1970-01-01,\r",
            "2099-12-31 23:59:59,1e75", "1970-01-02,-1e75");
        var (exitCode, output, error) = await EsaProcess.RunAsync("stream", csv.Path, "--algorithm", algorithm);
        Assert.Equal((0, ""), (exitCode, error));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(6, lines.Length);
        Assert.All(lines.Skip(1), line => Assert.InRange(Score(line), 0, 1));
        Assert.DoesNotContain(lines, line => line.EndsWith(",-0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_algorithm_is_refused_with_the_ones_there_are()
    {
        using var csv = new TemporaryCsv("timestamp,value", "1970-01-01,1");
        var (exitCode, _, error) = await EsaProcess.RunAsync("stream", csv.Path, "--algorithm", "none");
        Assert.Equal(1, exitCode);
        Assert.Contains("algorithm: expected one of StreamingEnsemble", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hyper_parameter_reaches_the_algorithm()
    {
        using var csv =
            new TemporaryCsv(
                [.. Enumerable.Range(0, 200).Select(i => $"{DateTime.UnixEpoch.AddMinutes(i):s},{i * 7919 % 97}")
                    .Prepend("timestamp,value")]);

        var (exitCode, shortMemory, _) = await EsaProcess.RunAsync("stream", csv.Path, "--algorithm", "HalfSpaceTrees", "--param",
            "n_trees=3", "--param", "window_size=20");
        var (_, usual, _) = await EsaProcess.RunAsync("stream", csv.Path, "--algorithm", "HalfSpaceTrees");

        Assert.Equal(0, exitCode);
        Assert.NotEqual(usual, shortMemory);
    }

    [Theory]
    [InlineData("n_trees=0", "n_trees")]
    [InlineData("colour=1", "colour")]
    [InlineData("n_trees", "name=value")]
    public async Task A_hyper_parameter_that_cannot_be_is_named(string parameter, string named)
    {
        using var csv = new TemporaryCsv("timestamp,value", "1970-01-01,1");

        var (exitCode, _, error) = await EsaProcess.RunAsync("stream", csv.Path, "--algorithm", "HalfSpaceTrees", "--param", parameter);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    private static double Score(string line) => double.Parse(line.Split(',')[^1], CultureInfo.InvariantCulture);
}
