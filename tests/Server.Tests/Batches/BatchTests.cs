using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Server.Tests.Api;

namespace EventSourcedAnomaly.Server.Tests.Batches;

/// <summary>A data set is judged chunk by chunk, and comes out as its rows would one request at a time.</summary>
public sealed class BatchTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("IsolationForest", "{\"n_estimators\":20,\"random_state\":1}")]
    [InlineData("LSTMAutoencoder", "{\"epochs\":2,\"random_state\":1}")]
    [InlineData("LOF", "{}")]
    public async Task In_whatever_chunks_it_is_cut_a_batch_gives_the_scores_of_a_single_detection_to_the_bit(string algorithm,
        string parameters)
    {
        using var api = server.Client();
        var csv = Tables.Blob(120, 3);
        var dataset = await api.Dataset(csv);
        var created = await api.Post("/api/v1/detectors", $$"""{"name":"Batch","algorithm":"{{algorithm}}","parameters":{{parameters}}}""");
        var detector = created.Data.GetProperty("detector_id").GetString()!;
        Assert.Equal("completed", (await api.Train(detector, dataset)).GetProperty("status").GetString());
        var rows = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray()).ToArray();

        var single = Scores((await api.Post($"/api/v1/detectors/{detector}/detect", new { data = rows })).Data);

        foreach (var (size, parallel) in new[] { (7, 1), (50, 3), (1000, 1) })
        {
            var batch = (await api.Post($"/api/v1/detectors/{detector}/batch-detect",
                new { dataset_id = dataset, batch_size = size, parallel_jobs = parallel, @async = false })).Data;
            Assert.Equal("completed", batch.GetProperty("status").GetString());
            var result = batch.GetProperty("result_id").GetString();
            Assert.Equal(single, Scores((await api.Get($"/api/v1/results/{result}")).Data));
            var replay = (await api.Post($"/api/v1/audit/results/{result}/replay", null)).Data;
            Assert.True(
                replay.GetProperty("bit_identical").GetBoolean() && replay.GetProperty("verdicts_intact").GetBoolean()
                    && replay.GetProperty("input_intact").GetBoolean()
                && replay.GetProperty("rows").GetInt32() == 120,
                replay.ToString());
        }
    }

    [Fact]
    public async Task Each_documents_way_to_ask_is_answered_in_its_words_and_every_job_answers_on_both_paths()
    {
        using var api = await server.ClientOf("batch-words");
        var dataset = await api.Dataset(Tables.Labelled(190, 10));
        var detector = await api.Detector(new { contamination = 0.05, random_state = 1 });
        await api.Train(detector, dataset);

        var platform =
            await api.Post($"/api/v1/detectors/{detector}/batch-detect", new { dataset_id = dataset, batch_size = 1000, @async = true });
        var submitted =
            await api.Post("/api/v1/batch/submit", new
            {
                job_type = "detection", detector_id = detector, dataset_id = dataset,
                parameters = new { batch_size = 1000, parallel_jobs = 4 }
            });
        var reference = await api.Post(
            "/v1/detect/batch", new
            {
                detector_id = detector, dataset_id = dataset,
                options = new { return_scores = true, return_explanations = false, chunk_size = 1000, output_format = "csv" }
            });

        Assert.Equal((202, 202, 202), (platform.Status, submitted.Status, reference.Status));
        Assert.Equal("queued", platform.Data.GetProperty("status").GetString());
        Assert.True(platform.Data.GetProperty("estimated_time").GetDouble() > 0);
        Assert.Equal("started", reference.Body.GetProperty("status").GetString());
        Assert.EndsWith(".csv", reference.Body.GetProperty("output_location").GetString(), StringComparison.Ordinal);
        foreach (var id in new[] { platform.Data.GetProperty("batch_id"), submitted.Data.GetProperty("job_id"),
            reference.Body.GetProperty("batch_job_id") })
        {
            var ended = await Ended(api, id.GetString()!);
            Assert.Equal("completed", ended.GetProperty("status").GetString());
            Assert.Equal(200, ended.GetProperty("processed_samples").GetInt32());
            Assert.Equal(ended.GetProperty("anomalies_found").GetInt32() / 200.0, ended.GetProperty("anomaly_rate").GetDouble());
            Assert.Equal(ended.GetProperty("result_id").GetString(),
                (await api.Get($"/api/v1/batch/jobs/{id}")).Data.GetProperty("result_id").GetString());
        }

        var list = (await api.Get("/api/v1/batch/jobs?limit=2&status=completed")).Data;
        Assert.Equal((2, 3), (list.GetProperty("jobs").GetArrayLength(), list.GetProperty("pagination").GetProperty("total").GetInt32()));
        var summary = (await api.Get($"/api/v1/results?dataset_id={dataset}&has_anomalies=true")).Data.GetProperty(
            "results")[0].GetProperty("summary");
        Assert.True(summary.GetProperty("recall").GetDouble() > 0.5);
    }

    [Fact]
    public async Task The_output_is_there_as_csv_ndjson_and_parquet_with_the_same_numbers()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Blob(60, 2));
        var detector = await api.Detector();
        await api.Train(detector, dataset);
        var batch = (await api.Post(
            $"/api/v1/detectors/{detector}/batch-detect",
            new { dataset_id = dataset, batch_size = 25, return_explanations = true, output_format = "parquet", @async = false })).Data;
        var place = batch.GetProperty("output_location").GetString()!;

        var csv = await api.Http.GetStringAsync(place.Replace(".parquet", ".csv", StringComparison.Ordinal), Ct);
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("index,prediction,score,confidence,contribution_x0,contribution_x1", lines[0]);
        Assert.Equal(61, lines.Length);
        var ndjson = (await api.Http.GetStringAsync(place.Replace(".parquet", ".ndjson", StringComparison.Ordinal), Ct))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        Assert.Equal(lines.Skip(1).Select(line => line.Split(',')[2]), ndjson.Select(row => row.GetProperty("score").GetRawText()));
        Assert.Equal(2, ndjson[0].GetProperty("contributions").EnumerateObject().Count());

        var parquet = await api.Http.GetByteArrayAsync(place, Ct);
        var back = await api.Upload("/api/v1/datasets", parquet, "output.parquet");
        var sample = (await api.Get($"/v1/datasets/{back.Data.GetProperty("dataset_id").GetString()}/sample?rows=60")).Body;
        Assert.Equal(ndjson.Select(row => row.GetProperty("score").GetDouble()),
            sample.GetProperty("data").EnumerateArray().Select(row => row[2].GetDouble()));
        using var anonymous = new HttpClient();
        Assert.Equal(401, (int)(await anonymous.GetAsync(place, Ct)).StatusCode);
    }

    [Fact]
    public async Task A_batch_that_is_called_off_stops_and_leaves_no_result()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Blob(3000, 4));
        var detector = await api.Detector(new { n_estimators = 300, random_state = 1 });
        await api.Train(detector, dataset);

        var id = (await api.Post($"/api/v1/detectors/{detector}/batch-detect",
            new { dataset_id = dataset, batch_size = 1, return_explanations = true })).Data.GetProperty("batch_id").GetString()!;
        var cancelled = await api.Delete($"/v1/detect/batch/{id}");

        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.Body.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, cancelled.Body.GetProperty("result_id").ValueKind);
        Assert.Equal(200, (await api.Post($"/api/v1/batch/jobs/{id}/cancel", null)).Status);
        Assert.Equal(409, (await api.Get($"/api/v1/batch/jobs/{id}/output.csv")).Status);
    }

    [Fact]
    public async Task What_cannot_be_judged_is_refused_by_the_field_at_fault()
    {
        using var api = server.Client();
        using var other = await server.ClientOf("batch-other");
        var dataset = await api.Dataset(Tables.Blob(50, 3));
        var narrow = await api.Dataset(Tables.Blob(50, 2));
        var detector = await api.Detector();
        Assert.Equal(409, (await api.Post($"/api/v1/detectors/{detector}/batch-detect", new { dataset_id = dataset })).Status);
        await api.Train(detector, dataset);
        var cases = new (string Body, int Status, string Field)[]
        {
            ("{}", 422, "dataset_id"), ("{\"dataset_id\":7}", 422, "dataset_id"), ("{\"dataset_id\":\"none\"}", 404, "dataset_id"),
            ($"{{\"dataset_id\":\"{narrow}\"}}", 422, "dataset_id"),
            ($"{{\"dataset_id\":\"{dataset}\",\"batch_size\":0}}", 422, "batch_size"),
            ($"{{\"dataset_id\":\"{dataset}\",\"batch_size\":\"a\"}}", 422, "batch_size"),
            ($"{{\"dataset_id\":\"{dataset}\",\"async\":1}}", 422, "async"),
            ($"{{\"dataset_id\":\"{dataset}\",\"output_format\":\"xml\"}}", 422, "output_format"),
            ($"{{\"dataset_id\":\"{dataset}\",\"threshold\":2}}", 422, "threshold"),
            ($"{{\"dataset_id\":\"{dataset}\",\"colour\":1}}", 422, "colour"),
            ($"{{\"dataset_id\":\"{dataset}\",\"parallel_jobs\":0}}", 422, "parallel_jobs"), ("[", 400, "body"),
        };
        foreach (var (body, status, field) in cases)
        {
            var answer = await api.Post($"/api/v1/detectors/{detector}/batch-detect", body);
            Assert.True(status == answer.Status && field == answer.Error.GetProperty("details").GetProperty("field").GetString(),
                $"{body}: {answer.Status} {answer.Body}");
        }

        Assert.Equal(422,
            (await api.Post("/api/v1/batch/submit", new { job_type = "training", detector_id = detector, dataset_id = dataset })).Status);
        Assert.Equal(422,
            (await api.Post("/v1/detect/batch", new
            { detector_id = detector, dataset_id = dataset, options = new { chunk_size = -1 } })).Status);
        var id = (await api.Post($"/api/v1/detectors/{detector}/batch-detect",
            new { dataset_id = dataset, @async = false })).Data.GetProperty("batch_id").GetString();
        Assert.Equal(404, (await other.Get($"/api/v1/batch/jobs/{id}")).Status);
        Assert.Equal(404, (await other.Delete($"/v1/detect/batch/{id}")).Status);
        Assert.Equal(404, (await other.Get($"/v1/detect/batch/{id}/output.csv")).Status);
        Assert.Equal(404, (await other.Post($"/api/v1/detectors/{detector}/batch-detect", new { dataset_id = dataset })).Status);
        Assert.Equal(409, (await api.Delete($"/api/v1/batch/jobs/{id}")).Status);
        Assert.Equal(404, (await api.Get("/api/v1/batch/jobs/none")).Status);
        Assert.Equal(422, (await api.Get("/api/v1/batch/jobs?status=lost")).Status);
    }

    private static double[] Scores(JsonElement data) =>
        [.. data.GetProperty("predictions").EnumerateArray().Select(prediction => prediction.GetProperty("anomaly_score").GetDouble())];

    private static async Task<JsonElement> Ended(ApiClient api, string id)
    {
        var before = 0.0;
        while (true)
        {
            var status = (await api.Get($"/v1/detect/batch/{id}")).Body;
            Assert.True(status.GetProperty("progress").GetDouble() >= before);
            before = status.GetProperty("progress").GetDouble();
            if (status.GetProperty("status").GetString() is "completed" or "failed" or "cancelled")
            {
                return status;
            }

            await Task.Delay(20, Ct);
        }
    }
}
