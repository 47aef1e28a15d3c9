using System.Text.Json;

namespace EventSourcedAnomaly.Cli.Tests;

public sealed class EvaluateTests
{
    [Fact]
    public async Task Json_holds_the_documented_keys()
    {
        using var csv = TemporaryCsv.WithOneOutlier();
        var (exitCode, output, error) = await EsaProcess.RunAsync(
            "evaluate", csv.Path, "--label", "label", "--algorithm", "iforest", "--seed", "3", "--json");
        Assert.Equal((0, ""), (exitCode, error));
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(
            ["algorithm", "rows", "features", "seed", "roc_auc", "average_precision", "fit_seconds", "score_seconds"],
            report.EnumerateObject().Select(p => p.Name));
        Assert.Equal("IsolationForest", report.GetProperty("algorithm").GetString());
        Assert.Equal([101, 2, 3], new[] { "rows", "features", "seed" }.Select(name => report.GetProperty(name).GetInt32()));
        Assert.Equal(1, report.GetProperty("roc_auc").GetDouble());
    }

    [Fact]
    public async Task Parameters_standardisation_and_a_sample_to_fit_on_are_accepted()
    {
        using var csv = TemporaryCsv.WithOneOutlier();
        var (exitCode, output, _) = await EsaProcess.RunAsync(
            "evaluate", csv.Path, "--param", "n_estimators=20", "--param", "max_samples=auto", "--standardize", "--fit-rows", "60");
        Assert.Equal(0, exitCode);
        Assert.Contains("roc_auc", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--param", "n_estimators=zero", "n_estimators: expected an integer in [1, 100000], got \"zero\"")]
    [InlineData("--label", "truth", "there is no column 'truth'; the columns are a, b, label")]
    [InlineData("--algorithm", "nearest", "algorithm: expected one of IsolationForest")]
    [InlineData("--fit-rows", "0", "--fit-rows: expected an integer >= 1, got 0")]
    public async Task A_wrong_option_is_refused_by_name(string option, string value, string message)
    {
        using var csv = TemporaryCsv.WithOneOutlier();
        var (exitCode, _, error) = await EsaProcess.RunAsync("evaluate", csv.Path, option, value);
        Assert.Equal(1, exitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", "null", "null")]
    [InlineData("1", "null", "1")]
    public async Task Without_both_classes_a_measure_is_null(string label, string rocAuc, string averagePrecision)
    {
        using var csv = new TemporaryCsv("a,b,label", $"1,2,{label}", $"3,4,{label}");
        var (exitCode, output, error) = await EsaProcess.RunAsync("evaluate", csv.Path, "--json");
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains($"\"roc_auc\":{rocAuc},\"average_precision\":{averagePrecision},", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_one_line_of_error()
    {
        var (exitCode, _, error) = await EsaProcess.RunAsync("evaluate", "no-such-file.csv");
        Assert.Equal(1, exitCode);
        Assert.StartsWith("esa: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }
}
