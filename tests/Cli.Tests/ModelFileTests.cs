namespace EventSourcedAnomaly.Cli.Tests;

public sealed class ModelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("esa-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_detector_kept_in_a_file_scores_as_it_did_when_it_was_fitted()
    {
        using var rows = TemporaryCsv.WithOneOutlier();
        var model = await Fit(rows, "detector.esa", "--algorithm", "INNE", "--seed", "3");
        var fitted = await Esa("score", rows.Path, "--label", "label", "--algorithm", "INNE", "--seed", "3");
        Assert.Equal(fitted, await Esa("score", rows.Path, "--label", "label", "--model", model));
    }

    [Theory]
    [InlineData("IsolationForest")]
    [InlineData("ECOD")]
    [InlineData("OneClassSVM")]
    [InlineData("LSTMAutoencoder")]
    public async Task A_detector_written_as_ONNX_gives_its_scores_in_ONNX_Runtime(string algorithm)
    {
        using var rows = TemporaryCsv.WithOneOutlier();
        var own = Scores(
            await Esa("score", rows.Path, "--label", "label", "--model", await Fit(rows, "d.esa", "--algorithm", algorithm), "--raw"));
        var onnx = Scores(
            await Esa("score", rows.Path, "--label", "label", "--model", await Fit(rows, "d.onnx", "--algorithm", algorithm), "--raw"));
        Assert.Equal(own.Length, onnx.Length);
        for (var i = 0; i < own.Length; i++) Assert.Equal(own[i], onnx[i], 1e-5);
    }

    [Fact]
    public async Task A_supervised_detector_learns_from_the_labels_and_is_kept_like_the_others()
    {
        using var rows =
            new TemporaryCsv(
                ["a,b,label", .. Enumerable.Range(0, 120).Select(i => i < 100 ? $"{i % 10},{i % 7},0" : $"{4 + i % 2},{3 + i % 3},1")]);
        string[] supervised = ["--algorithm", "XGBOD", "--param", "n_estimators=20"];
        var measured = await Esa(["evaluate", rows.Path, .. supervised]);
        var (exitCode, _, error) = await EsaProcess.RunAsync(["score", rows.Path, .. supervised]);
        var model = await Fit(rows, "xgbod.esa", supervised);
        var scores = Scores(await Esa("score", rows.Path, "--label", "label", "--model", model, "--raw"));

        Assert.Contains("roc_auc", measured, StringComparison.Ordinal);
        Assert.Equal((1, true), (exitCode, error.Contains("--label: expected a column of labels", StringComparison.Ordinal)));
        Assert.True(scores[100..].Average() > scores[..100].Average());
        Assert.Contains("XGBOD (supervised)", await Esa("algorithms"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_algorithm_without_an_ONNX_form_is_refused_with_those_that_have_one()
    {
        using var rows = TemporaryCsv.WithOneOutlier();
        var (exitCode, _, error) =
            await EsaProcess.RunAsync("fit", rows.Path, "--algorithm", "LOF", "--output", Path.Combine(_folder, "lof.onnx"));
        Assert.Equal(1, exitCode);
        Assert.StartsWith("esa: LocalOutlierFactor has no ONNX form", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task What_would_fit_again_is_refused_beside_a_fitted_detector()
    {
        using var rows = TemporaryCsv.WithOneOutlier();
        var model = await Fit(rows, "detector.esa");
        var (exitCode, _, error) =
            await EsaProcess.RunAsync("score", rows.Path, "--label", "label", "--model", model, "--algorithm", "KNN");
        Assert.Equal(1, exitCode);
        Assert.Contains("--algorithm: expected nothing beside --model", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_other_columns_and_a_file_that_is_no_detector_are_refused()
    {
        using var rows = TemporaryCsv.WithOneOutlier();
        var model = await Fit(rows, "detector.esa");
        var (exitCode, _, error) = await EsaProcess.RunAsync("score", rows.Path, "--model", model);
        Assert.Equal(1, exitCode);
        Assert.Contains("a table of 2 feature columns", error, StringComparison.Ordinal);
        (exitCode, _, error) = await EsaProcess.RunAsync("score", rows.Path, "--model", rows.Path);
        Assert.Equal(1, exitCode);
        Assert.StartsWith("esa: not a stored detector", error, StringComparison.Ordinal);
    }

    private async Task<string> Fit(TemporaryCsv rows, string name, params string[] options)
    {
        var file = Path.Combine(_folder, name);
        await Esa(["fit", rows.Path, "--label", "label", "--output", file, .. options]);
        return file;
    }

    private static async Task<string> Esa(params string[] arguments)
    {
        var (exitCode, output, error) = await EsaProcess.RunAsync(arguments);
        Assert.Equal((0, ""), (exitCode, error));
        return output;
    }

    private static double[] Scores(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith(",decision_score", lines[0], StringComparison.Ordinal);
        return [.. lines.Skip(1)
            .Select(line => double.Parse(line[(line.LastIndexOf(',') + 1)..], System.Globalization.CultureInfo.InvariantCulture))];
    }
}
