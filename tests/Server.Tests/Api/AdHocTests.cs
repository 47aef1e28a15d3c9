using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>The Enterprise contract: data are judged without a stored detector, and a model is trained in one step.</summary>
public sealed class AdHocTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Spellings =>
        [.. ProductAlgorithms.Catalog.All.Where(algorithm => !algorithm.IsSupervised).Select(algorithm => algorithm.Name),
            "isolation_forest", "lstm_autoencoder", "LOF", "OCSVM"];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task Every_algorithm_finds_the_outlier_of_the_documents_series_and_replays_to_the_bit(string algorithm)
    {
        using var api = server.Client();

        var answer = await api.Post("/api/v1/detection/detect",
            new { data = new[] { 1.0, 2.0, 3.0, 100.0, 4.0, 5.0 }, algorithm, parameters = new { contamination = 0.1 } });

        Assert.True(answer.Status == 200, $"{algorithm}: {answer.Body}");
        var anomaly = Assert.Single(answer.Body.GetProperty("anomalies").EnumerateArray());
        if (algorithm != "DeepSVDD")
        {
            // Six values are too few to train a sphere network on; what it answers is only bound to be the same again.
            Assert.Equal([0, 0, 0, 1, 0, 0], answer.Body.GetProperty("predictions")
                .EnumerateArray().Select(prediction => prediction.GetInt32()));
            Assert.Equal((3, 100.0), (anomaly.GetProperty("index").GetInt32(), anomaly.GetProperty("value").GetDouble()));
        }

        Assert.Equal(1 / 6.0, answer.Body.GetProperty("summary").GetProperty("anomaly_rate").GetDouble());
        var id = answer.Body.GetProperty("detection_id").GetString();
        var stored = (await api.Get($"/api/v1/results/{id}")).Data;
        Assert.Equal(JsonValueKind.Null, stored.GetProperty("detector_id").ValueKind);
        Assert.Equal(6, stored.GetProperty("predictions").GetArrayLength());
        Assert.True((await api.Post($"/api/v1/audit/results/{id}/replay", null)).Data.GetProperty("bit_identical").GetBoolean());
    }

    [Fact]
    public async Task Rows_are_judged_by_one_another()
    {
        using var api = server.Client();
        var random = new Random(1);
        var rows = Enumerable.Range(0, 60)
            .Select(i => i == 40 ? [9.0, -9.0] : new[] { random.NextDouble(), random.NextDouble() }).ToArray();

        var answer = await api.Post("/api/v1/detection/detect",
            new { data = rows, algorithm = "LOF", parameters = new { contamination = 0.02 } });

        Assert.Equal(40, answer.Body.GetProperty("anomalies")
            .EnumerateArray().MaxBy(anomaly => anomaly.GetProperty("score").GetDouble()).GetProperty("index").GetInt32());
        Assert.Equal(2, answer.Body.GetProperty("anomalies")[0].GetProperty("value").GetArrayLength());
    }

    public static TheoryData<string, int, string> BadRequests => new()
    {
        { "{\"algorithm\":\"lof\"}", 422, "data" }, { "{\"data\":[1,2,3]}", 422, "algorithm" },
            { "{\"data\":[],\"algorithm\":\"lof\"}", 422, "data" },
        { "{\"data\":\"x\",\"algorithm\":\"lof\"}", 422, "data" }, { "{\"data\":[1,\"NaN\",3],\"algorithm\":\"lof\"}", 422, "data[1]" },
        { "{\"data\":[[1,2],[3]],\"algorithm\":\"lof\"}", 422, "data[1]" },
        { "{\"data\":[[1,\"Infinity\"]],\"algorithm\":\"lof\"}", 422, "data[0][1]" },
        { "{\"data\":[[1],2],\"algorithm\":\"lof\"}", 422, "data[1]" }, { "{\"data\":[[]],\"algorithm\":\"lof\"}", 422, "data[0]" },
        { "{\"data\":[1e999],\"algorithm\":\"lof\"}", 422, "data[0]" }, { "{\"data\":[1e80,2,3],\"algorithm\":\"pca\"}", 422, "data[0]" },
        { "{\"data\":[1,2],\"algorithm\":\"magic\"}", 422, "algorithm" },
        { "{\"data\":[1,2],\"algorithm\":\"lof\",\"parameters\":{\"x\":1}}", 422, "parameters.x" },
        { "{\"data\":[1,2],\"algorithm\":\"lof\",\"colour\":1}", 422, "colour" }, { "{\"data\":[NaN],\"algorithm\":\"lof\"}", 400, "body" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task What_cannot_be_judged_is_a_problem_that_names_its_field(string body, int status, string field)
    {
        using var api = server.Client();

        var answer = await api.Post("/api/v1/detection/detect", body);

        Assert.True(answer.Status == status, $"{body}: {answer.Body}");
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal("/api/v1/detection/detect", answer.Body.GetProperty("instance").GetString());
        Assert.Equal(field, answer.Body.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_model_is_trained_of_a_data_set_by_id_or_name_of_an_imported_file_or_of_rows()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Blob(60, 2));
        var name = $"Named {Guid.NewGuid():N}";
        await api.Upload("/api/v1/datasets", System.Text.Encoding.UTF8.GetBytes(Tables.Blob(60, 2)), "data.csv", ("name", name));
        var file = server.Import("path/to/training/data.csv", Tables.Blob(60, 2));
        foreach (var data in new object[]
            { dataset, name, file, new[] { 1.0, 2, 3, 4, 100, 5, 6 }, new[] { new double?[] { 1, 2 }, [3, null], [5, 6] } })
        {
            var started = await api.Post("/api/v1/detection/train",
                new { training_data = data, algorithm = "isolation_forest", parameters = new { n_estimators = 10 } });
            Assert.True(started.Status == 202, started.Body.ToString());
            Assert.Equal("started", started.Body.GetProperty("status").GetString());
            var model = await Trained(api, started.Body.GetProperty("model_id").GetString()!);
            Assert.Equal("trained", model.GetProperty("status").GetString());
            Assert.Equal(started.Body.GetProperty("detector_id").GetString(), model.GetProperty("detector_id").GetString());
            Assert.Equal("1.0.0", model.GetProperty("version").GetString());
        }
    }

    [Theory]
    [InlineData("\"none\"", 404)]
    [InlineData("\"../server.csv\"", 404)]
    [InlineData("\"/etc/passwd\"", 404)]
    [InlineData("\"path/../../ledger.key\"", 404)]
    [InlineData("\"link.csv\"", 404)]
    [InlineData("\"\"", 422)]
    [InlineData("7", 422)]
    [InlineData("[]", 422)]
    [InlineData("[1]", 422)]
    [InlineData("[\"a\"]", 422)]
    public async Task Nothing_outside_of_the_imports_is_trained_on_and_nothing_is_left_behind(string data, int status)
    {
        using var api = await server.ClientOf("train-refused");
        server.ImportLink("train-refused/link.csv");

        var answer = await api.Post("/api/v1/detection/train", $"{{\"training_data\":{data},\"algorithm\":\"lof\"}}");

        Assert.True(answer.Status == status, $"{data}: {answer.Body}");
        Assert.StartsWith("training_data", answer.Body.GetProperty("errors")[0].GetProperty("field").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await api.Get("/api/v1/detectors")).Data.GetProperty("pagination").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Models_are_listed_on_both_paths_with_their_versions_and_belong_to_their_tenant()
    {
        using var api = await server.ClientOf("models");
        using var other = await server.ClientOf("models-other");
        var dataset = await api.Dataset(Tables.Labelled(100, 5));
        var detector = await api.Detector();
        await api.Train(detector, dataset);
        await api.Train(detector, dataset);

        var enterprise = (await api.Get("/api/v1/models")).Body;
        var reference = (await api.Get("/v1/models?limit=1&page=2")).Body;

        Assert.Equal(2, enterprise.GetProperty("total").GetInt32());
        Assert.Equal(["2.0.0", "1.0.0"], enterprise.GetProperty("models")
            .EnumerateArray().Select(model => model.GetProperty("version").GetString()));
        var older = Assert.Single(reference.GetProperty("models").EnumerateArray());
        Assert.Equal("1.0.0", older.GetProperty("version").GetString());
        var detail = (await api.Get($"/api/v1/models/{older.GetProperty("id").GetString()}")).Body;
        Assert.Equal(["2.0.0", "1.0.0"], detail.GetProperty("versions")
            .EnumerateArray().Select(version => version.GetProperty("version").GetString()));
        Assert.False(detail.GetProperty("in_service").GetBoolean());
        Assert.True(detail.GetProperty("performance").GetProperty("accuracy").GetDouble() > 0.5);
        Assert.Equal(404, (await other.Get($"/api/v1/models/{older.GetProperty("id").GetString()}")).Status);
        Assert.Equal(0, (await other.Get("/v1/models")).Body.GetProperty("total").GetInt32());
        Assert.Equal(404, (await api.Get("/v1/models/none")).Status);
        await api.Delete($"/api/v1/detectors/{detector}");
        Assert.Equal(404, (await api.Get($"/v1/models/{older.GetProperty("id").GetString()}")).Status);
    }

    [Fact]
    public async Task A_batch_of_inputs_is_answered_as_each_alone_and_one_of_a_data_set_later()
    {
        using var api = server.Client();
        var series = new[] { 1.0, 2.0, 3.0, 100.0, 4.0, 5.0 };
        var alone = (await api.Post("/api/v1/detection/detect",
            new { data = series, algorithm = "lof", parameters = new { contamination = 0.1 } })).Body;

        var batch = (
            await api.Post("/api/v1/detection/batch", new
            {
                data = new object[] { series, new[] { new[] { 1.0, 2 }, [2, 3], [50, 60] } }, algorithm = "lof",
                parameters = new { contamination = 0.1 }
            })).Body;

        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal(2, batch.GetProperty("results").GetArrayLength());
        Assert.Equal(alone.GetProperty("scores").GetRawText(), batch.GetProperty("results")[0].GetProperty("scores").GetRawText());
        Assert.Equal(9,
            (await api.Get($"/v1/detect/batch/{batch.GetProperty("batch_id").GetString()}")).Body.GetProperty("processed_samples")
                .GetInt32());

        var dataset = await api.Dataset(Tables.Labelled(200, 10));
        foreach (var algorithm in new[] { "isolation_forest", "lof" })
        {
            var later = await api.Post("/api/v1/detection/batch",
                new { dataset_id = dataset, algorithm, parameters = new { contamination = 0.05 }, options = new { batch_size = 64 } });
            Assert.Equal(202, later.Status);
            var ended = await Ended(api, later.Body.GetProperty("batch_id").GetString()!);
            Assert.Equal((200 + 10, "completed"),
                (ended.GetProperty("processed_samples").GetInt32(), ended.GetProperty("status").GetString()));
            Assert.InRange(ended.GetProperty("anomalies_found").GetInt32(), 1, 11);
            Assert.True((await api.Post($"/api/v1/audit/results/{ended.GetProperty("result_id").GetString()}/replay",
                null)).Data.GetProperty("bit_identical").GetBoolean());
        }

        foreach (var bad in new[] { "{}", "{\"algorithm\":\"lof\"}", "{\"algorithm\":\"lof\",\"detector_id\":\"x\",\"data\":[[1]]}",
            "{\"algorithm\":\"lof\",\"data\":[[1,2],[\"a\"]]}", "{\"algorithm\":\"lof\",\"data\":[]}",
            "{\"detector_id\":\"x\",\"parameters\":{},\"data\":[[1]]}" })
        {
            Assert.Equal(422, (await api.Post("/api/v1/detection/batch", bad)).Status);
        }
    }

    [Fact]
    public async Task A_detector_is_evaluated_against_labels_fold_by_fold_and_the_evaluation_is_in_the_log()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Labelled(190, 10));
        var detector = await api.Detector(new { contamination = 0.05, random_state = 1 });
        Assert.Equal(409, (await api.Post($"/v1/detectors/{detector}/evaluate", new { dataset_id = dataset })).Status);
        await api.Train(detector, dataset);

        var answer = (await api.Post($"/v1/detectors/{detector}/evaluate", new
        {
            dataset_id = dataset, metrics = new[] { "accuracy", "precision", "recall", "f1_score", "auc" },
            cross_validation = new { enabled = true, folds = 5 },
        })).Body;

        var matrix = answer.GetProperty("confusion_matrix")
            .EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(cell => cell.GetInt32()).ToArray();
        Assert.Equal(200, matrix.Sum());
        Assert.Equal((matrix[0] + matrix[3]) / 200.0, answer.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal(answer.GetProperty("metrics").GetProperty("recall").GetDouble(),
            answer.GetProperty("classification_report").GetProperty("anomaly").GetProperty("recall").GetDouble());
        Assert.InRange(answer.GetProperty("metrics").GetProperty("auc").GetDouble(), 0.95, 1);
        Assert.Equal(5, answer.GetProperty("cross_validation").GetProperty("fold_scores").GetArrayLength());
        Assert.True(answer.GetProperty("classification_report").GetProperty("normal").TryGetProperty("f1-score", out _));
        Assert.Equal(200, (await api.Get($"/api/v1/audit/streams/{answer.GetProperty("evaluation_id").GetString()}")).Status);

        var plain = await api.Dataset(Tables.Blob(50, 2));
        var other = await api.Dataset("a,label\n1,0\n2,1\n3,0\n");
        foreach (var (body, status) in new (object, int)[]
        {
            (new { dataset_id = plain }, 422), (new { dataset_id = other }, 422), (new { dataset_id = "none" }, 404), (new { }, 422),
                (new { dataset_id = dataset, metrics = new[] { "magic" } }, 422),
            (new { dataset_id = dataset, metrics = "auc" }, 422), (new { dataset_id = dataset, cross_validation = new { folds = 1 } }, 422),
            (new { dataset_id = dataset, cross_validation = true }, 422),
        })
        {
            Assert.Equal(status, (await api.Post($"/v1/detectors/{detector}/evaluate", body)).Status);
        }
    }

    private static async Task<JsonElement> Trained(ApiClient api, string model)
    {
        while (true)
        {
            var body = (await api.Get($"/api/v1/models/{model}")).Body;
            if (body.GetProperty("status").GetString() != "training")
            {
                return body;
            }

            await Task.Delay(20, Ct);
        }
    }

    private static async Task<JsonElement> Ended(ApiClient api, string id)
    {
        while (true)
        {
            var body = (await api.Get($"/v1/detect/batch/{id}")).Body;
            if (body.GetProperty("status").GetString() is "completed" or "failed")
            {
                return body;
            }

            await Task.Delay(20, Ct);
        }
    }
}
