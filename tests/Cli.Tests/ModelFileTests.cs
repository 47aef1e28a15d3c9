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

    [Theory]
    [InlineData("m.esa")]
    [InlineData("m.onnx")]
    public async Task Columns_are_found_by_name_and_a_row_scores_alike_alone_and_in_company(string name)
    {
        string[] rows = [.. Enumerable.Range(0, 60).Select(i => $"{20 + i % 7 * 0.1},{1000 + i % 11},{5 - i % 5 * 0.1}")];
        using var train = new TemporaryCsv(["temp,pressure,flow", .. rows]);
        using var swapped = new TemporaryCsv([" Pressure,flow,temp", "1003,4.9,20.2", "0,-80,500"]);
        using var alone = new TemporaryCsv(["temp,pressure,flow", "500,0,-80"]);
        using var ordered = new TemporaryCsv(["temp,pressure,flow", "20.2,1003,4.9", "500,0,-80"]);
        using var other = new TemporaryCsv(["x,y,z", "20.2,1003,4.9"]);
        var model = Path.Combine(_folder, name);
        await Esa("fit", train.Path, "--output", model);

        var expected = Last(await Esa("score", ordered.Path, "--model", model));

        Assert.Equal(expected, Last(await Esa("score", swapped.Path, "--model", model)));
        Assert.Equal(expected[1..], Last(await Esa("score", alone.Path, "--model", model)));
        Assert.True(double.Parse(expected[1], System.Globalization.CultureInfo.InvariantCulture) > 0.5);
        var (exitCode, _, error) = await EsaProcess.RunAsync("score", other.Path, "--model", model);
        Assert.Equal(1, exitCode);
        Assert.Contains("temp, pressure, flow", error, StringComparison.Ordinal);
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

    private static string[] Last(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
        .Select(line => line[(line.LastIndexOf(',') + 1)..])];
}
