using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>The main road: data in, a model, predictions out, every step replayable.</summary>
public sealed class RoadTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_planted_outlier_is_found_explained_recorded_and_replayed_to_the_bit()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Blob(500, 3));
        var detector = await api.Detector(new { contamination = 0.02, random_state = 42 });
        var training = await api.Train(detector, dataset);
        Assert.Equal("completed", training.GetProperty("status").GetString());

        var detected = await api.Post($"/api/v1/detectors/{detector}/detect", new
        {
            data = new[] { new[] { 0.1, 0.0, -0.1 }, [9.0, -9.0, 9.0] }, return_explanations = true,
        });
        var predictions = detected.Data.GetProperty("predictions").EnumerateArray().ToArray();
        Assert.False(predictions[0].GetProperty("is_anomaly").GetBoolean());
        Assert.True(predictions[1].GetProperty("is_anomaly").GetBoolean());
        Assert.All(predictions, prediction => Assert.InRange(prediction.GetProperty("anomaly_score").GetDouble(), 0, 1));
        Assert.All(predictions, prediction => Assert.InRange(prediction.GetProperty("confidence").GetDouble(), 0, 1));
        Assert.Equal(3, predictions[1].GetProperty("explanation").GetProperty("feature_contributions").EnumerateObject().Count());
        Assert.Equal(1, detected.Data.GetProperty("summary").GetProperty("anomalies_detected").GetInt32());

        var result = detected.Data.GetProperty("result_id").GetString();
        var stored = (await api.Get($"/api/v1/results/{result}")).Data;
        Assert.Equal(
            predictions.Select(prediction => prediction.GetProperty("anomaly_score").GetDouble()),
            stored.GetProperty("predictions").EnumerateArray().Select(prediction => prediction.GetProperty("anomaly_score").GetDouble()));
        var replay = (await api.Post($"/api/v1/audit/results/{result}/replay", null)).Data;
        Assert.True(replay.GetProperty("bit_identical").GetBoolean());
        Assert.True(replay.GetProperty("model_intact").GetBoolean());
    }

    [Fact]
    public async Task Both_documents_roads_to_the_same_rows_give_the_same_scores()
    {
        using var api = server.Client();
        var detector = await api.Detector();
        await api.Train(detector, await api.Dataset(Tables.Blob(300, 2)));
        var rows = new[] { new[] { 0.2, 0.3 }, [5.0, -5.0], [0.0, 0.0] };

        var platform = await api.Post($"/api/v1/detectors/{detector}/detect", new { data = rows });
        var reference = await api.Post("/v1/detect", new
        { detector_id = detector, data = rows, options = new { return_scores = true, return_explanations = true } });

        Assert.Equal(
            platform.Data.GetProperty("predictions").EnumerateArray()
                .Select(prediction => prediction.GetProperty("anomaly_score").GetDouble()),
            reference.Body.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble()));
        Assert.Equal([0, 1, 0], reference.Body.GetProperty("predictions").EnumerateArray().Select(prediction => prediction.GetInt32()));
        var importance = reference.Body.GetProperty("explanations")[1].GetProperty("feature_importance")
            .EnumerateObject().Sum(weight => weight.Value.GetDouble());
        Assert.Equal(1, importance, 9);
    }

    [Fact]
    public async Task A_threshold_moves_verdicts_and_never_scores()
    {
        using var api = server.Client();
        var detector = await api.Detector();
        await api.Train(detector, await api.Dataset(Tables.Blob(300, 2)));

        async Task<(int Anomalies, double[] Scores)> At(double threshold)
        {
            var answer = await api.Post("/v1/detect", new
            { detector_id = detector, data = new[] { new[] { 0.2, 0.3 }, [5.0, -5.0] }, options = new { threshold } });
            return (answer.Body.GetProperty("predictions").EnumerateArray().Sum(p => p.GetInt32()),
                [.. answer.Body.GetProperty("scores").EnumerateArray().Select(s => s.GetDouble())]);
        }

        var (low, lowScores) = await At(0);
        var (high, highScores) = await At(1);
        Assert.Equal((2, 0), (low, high));
        Assert.Equal(lowScores, highScores);
    }

    [Fact]
    public async Task The_same_seed_and_data_give_the_same_model_and_another_seed_another()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Blob(300, 2));

        async Task<string> ModelOf(int seed)
        {
            var detector = await api.Detector(new { random_state = seed });
            await api.Train(detector, dataset);
            var events = (await api.Get($"/api/v1/audit/streams/{detector}")).Data.GetProperty("events").EnumerateArray();
            return events.Last(e => e.GetProperty("type").GetString() == "detector_trained")
                .GetProperty("data").GetProperty("model").GetProperty("sha256").GetString()!;
        }

        Assert.Equal(await ModelOf(1), await ModelOf(1));
        Assert.NotEqual(await ModelOf(1), await ModelOf(2));
    }

    [Fact]
    public async Task Progress_is_monotone_and_a_reader_resumes_exactly_after_the_last_event_it_saw()
    {
        using var api = server.Client();
        var detector = await api.Detector(new { n_estimators = 200, random_state = 1 });
        var training =
            (await api.Train(detector, await api.Dataset(Tables.Blob(2000, 5)),
                new { dataset_id = await api.Dataset(Tables.Blob(2000, 5)), cross_validation = true, cv_folds = 3 }))
            .GetProperty("training_id").GetString();

        var all = await Feed(api, training!, null);
        var progress = all.Where(item => item.Data.TryGetProperty("progress", out _))
            .Select(item => item.Data.GetProperty("progress").GetDouble()).ToArray();
        Assert.Equal("status", all[0].Event);
        Assert.Equal("completed", all[^1].Event);
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(all.Select(item => item.Id).Order(), all.Select(item => item.Id));
        for (var seen = 0; seen < all.Count - 1; seen++)
        {
            var rest = await Feed(api, training!, all[seen].Id);
            Assert.Equal(all.Skip(seen + 1).Select(item => item.Id), rest.Select(item => item.Id));
        }
    }

    [Fact]
    public async Task Labels_are_recognised_kept_out_of_the_features_and_used_to_judge()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Labelled(400, 20));
        var detail = (await api.Get($"/api/v1/datasets/{dataset}")).Data;
        Assert.Equal(["x0", "x1"], detail.GetProperty("feature_names").EnumerateArray().Select(name => name.GetString()));

        var detector = await api.Detector(new { contamination = 0.05, random_state = 7 });
        var training =
            await api.Train(detector, dataset, new { dataset_id = dataset, cross_validation = new { enabled = true, folds = 4 } });

        Assert.InRange(training.GetProperty("current_metrics").GetProperty("auc").GetDouble(), 0.95, 1);
        Assert.Equal(4, training.GetProperty("cross_validation").GetProperty("fold_auc").GetArrayLength());
        Assert.Equal("the label", training.GetProperty("left_out").GetProperty("label").GetString());
    }

    [Fact]
    public async Task Without_labels_supervised_metrics_are_null_and_never_invented()
    {
        using var api = server.Client();
        var detector = await api.Detector();
        var training = await api.Train(detector, await api.Dataset(Tables.Blob(100, 2)));

        Assert.Equal(JsonValueKind.Null, training.GetProperty("current_metrics").GetProperty("accuracy").ValueKind);
        var performance = (await api.Get($"/v1/detectors/{detector}")).Body.GetProperty("performance");
        Assert.Equal(JsonValueKind.Null, performance.GetProperty("f1_score").ValueKind);
        Assert.True(performance.GetProperty("training_time").GetDouble() > 0);
    }

    [Fact]
    public async Task The_feed_of_a_training_that_ended_has_nothing_more_for_who_saw_its_last_event()
    {
        using var api = server.Client();
        var trained = await api.Train(await api.Detector(), await api.Dataset(Tables.Blob(60, 2)));
        var training = trained.GetProperty("training_id").GetString()!;
        var last = (await Feed(api, training, null))[^1].Id;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sse/training/{training}");
        request.Headers.Add("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));

        using var response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);

        Assert.Equal(System.Net.HttpStatusCode.NoContent, response.StatusCode);
    }

    private static async Task<IReadOnlyList<(long Id, string Event, JsonElement Data)>> Feed(ApiClient api, string training, long? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sse/training/{training}");
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after.Value.ToString(CultureInfo.InvariantCulture));
        }

        using var response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var items = new List<(long, string, JsonElement)>();
        foreach (var block in (await response.Content.ReadAsStringAsync(Ct))
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(block => !block.StartsWith(':')))
        {
            var lines = block.Split('\n').ToDictionary(line => line[..line.IndexOf(':')], line => line[(line.IndexOf(':') + 2)..]);
            items.Add((long.Parse(lines["id"], CultureInfo.InvariantCulture), lines["event"],
                JsonSerializer.Deserialize<JsonElement>(lines["data"])));
        }

        return items;
    }
}

/// <summary>Tables made for tests, the same at every call.</summary>
internal static class Tables
{
    /// <summary>One round cloud.</summary>
    public static string Blob(int rows, int columns, int seed = 1)
    {
        var random = new Random(seed);
        var csv = new StringBuilder(string.Join(',', Enumerable.Range(0, columns).Select(j => $"x{j}"))).Append('\n');
        for (var i = 0; i < rows; i++)
        {
            csv.AppendJoin(',', Enumerable.Range(0, columns).Select(_ => Normal(random).ToString("R", CultureInfo.InvariantCulture)))
                .Append('\n');
        }

        return csv.ToString();
    }

    /// <summary>A round cloud, and far from it some rows with the label 1.</summary>
    public static string Labelled(int normal, int anomalies)
    {
        var random = new Random(3);
        var csv = new StringBuilder("x0,x1,label\n");
        for (var i = 0; i < normal + anomalies; i++)
        {
            var far = i < normal ? 0 : 8 + random.NextDouble();
            csv.Append(CultureInfo.InvariantCulture, $"{Normal(random) + far:R},{Normal(random) - far:R},{(i < normal ? 0 : 1)}\n");
        }

        return csv.ToString();
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
