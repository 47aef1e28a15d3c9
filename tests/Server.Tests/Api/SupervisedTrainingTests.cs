namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>A detector that learns from labels: trained on a labelled data set, measured on rows it did not see, replayed.</summary>
public sealed class SupervisedTrainingTests(ServerFixture server)
{
    [Fact]
    public async Task A_labelled_sample_is_learned_from_detected_with_and_replayed_to_the_bit()
    {
        using var api = server.Client();
        var csv = await File.ReadAllTextAsync(Sample("thyroid.csv"), TestContext.Current.CancellationToken);
        var dataset = await api.Dataset(csv);
        var detector = await Detector(api, "xgbod");

        var training = await api.Train(detector, dataset,
            new { dataset_id = dataset, validation_split = 0.25, cross_validation = new { enabled = true, folds = 3 } });
        Assert.True(training.GetProperty("status").GetString() == "completed", training.ToString());
        var model = (await api.Get($"/api/v1/detectors/{detector}")).Data;
        Assert.Equal("XGBOD", model.GetProperty("algorithm").GetString());
        Assert.InRange(model.GetProperty("performance").GetProperty("f1_score").GetDouble(), 0.7, 1);

        var rows = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(line =>
            line.Split(',').Select(double.Parse).ToArray()).ToArray();
        double[][] some = [.. rows.Where(row => row[^1] > 0).Take(5).Select(row => row[..^1]),
            .. rows.Where(row => row[^1] <= 0).Take(5).Select(row => row[..^1])];
        var detected = (await api.Post($"/api/v1/detectors/{detector}/detect", new { data = some, return_explanations = true })).Data;
        var predictions = detected.GetProperty("predictions").EnumerateArray().ToArray();
        Assert.Equal([true, true, true, true, true, false, false, false, false, false],
            predictions.Select(p => p.GetProperty("is_anomaly").GetBoolean()));
        Assert.Equal(6, predictions[0].GetProperty("explanation").GetProperty("feature_contributions").EnumerateObject().Count());
        var replay = (await api.Post($"/api/v1/audit/results/{detected.GetProperty("result_id").GetString()}/replay", null)).Data;
        Assert.True(replay.GetProperty("bit_identical").GetBoolean());
        Assert.True(replay.GetProperty("model_intact").GetBoolean());
    }

    [Fact]
    public async Task What_is_measured_on_its_own_rows_is_not_what_it_knows_by_heart()
    {
        using var api = server.Client();
        // labels that nothing explains: whoever knows them by heart is right, whoever does not is as good as chance
        var random = new Random(3);
        var csv = "x0,x1,label\n" + string.Concat(Enumerable.Range(0, 300)
            .Select(_ => $"{random.NextDouble():R},{random.NextDouble():R},{(random.Next(3) == 0 ? 1 : 0)}\n"));
        var dataset = await api.Dataset(csv);
        foreach (var split in new[] { 0, 0.2 })
        {
            var detector = await Detector(api, "XGBOD");
            await api.Train(detector, dataset, new { dataset_id = dataset, validation_split = split });

            Assert.InRange((await api.Get($"/api/v1/detectors/{detector}")).Data.GetProperty("performance")
                .GetProperty("accuracy").GetDouble(), 0.3, 0.75);
            var evaluated = await api.Post($"/api/v1/detectors/{detector}/evaluate",
                new { dataset_id = dataset, cross_validation = new { enabled = true, folds = 3 } });
            Assert.True(evaluated.Status is 200 or 201, evaluated.Body.ToString());
            Assert.InRange(evaluated.Data.GetProperty("metrics").GetProperty("auc").GetDouble(), 0.3, 0.7);
        }
    }

    [Fact]
    public async Task Without_labels_it_is_refused_where_it_is_asked_for()
    {
        using var api = server.Client();
        var detector = await Detector(api, "XGBOD");

        var unlabelled = await api.Post($"/api/v1/detectors/{detector}/train", new { dataset_id = await api.Dataset(Tables.Blob(60, 2)) });
        Assert.Equal(422, unlabelled.Status);
        Assert.Contains("learns from labels", unlabelled.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        var adHoc = await api.Post("/api/v1/detection/detect", new { data = new[] { 1.0, 2.0, 3.0 }, algorithm = "XGBOD" });
        Assert.True(adHoc.Status is 400 or 422, adHoc.Body.ToString());

        var training = await api.Train(detector, await api.Dataset("x,label\n1,0\n2,0\n3,0\n4,1\n"));
        Assert.Equal("failed", training.GetProperty("status").GetString());
        Assert.Contains("at least 2 rows of each", training.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> Detector(ApiClient api, string algorithm)
    {
        var created = await api.Post("/api/v1/detectors",
            new { name = "Supervised", algorithm, parameters = new { random_state = 5, n_estimators = 60 } });
        Assert.True(created.Status == 201, created.Body.ToString());
        return created.Data.GetProperty("detector_id").GetString()!;
    }

    private static string Sample(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "ops", "samples")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "ops", "samples", name);
    }
}
