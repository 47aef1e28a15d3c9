using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>Whatever the library can fit can be created, trained and used through the API.</summary>
public sealed class EveryAlgorithmTests(ServerFixture server)
{
    public static TheoryData<string> Names => [.. ProductAlgorithms.Catalog.All.Select(algorithm => algorithm.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_algorithm_is_created_trained_and_judges_alike_in_a_detection_and_a_batch(string algorithm)
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Labelled(90, 6));
        var parameters =
            ProductAlgorithms.Catalog.All.Single(known => known.Name == algorithm).Parameters.Any(parameter => parameter.Name == "epochs")
            ? JsonSerializer.SerializeToElement(new { contamination = 0.1, epochs = 3 })
            : JsonSerializer.SerializeToElement(new { contamination = 0.1 });
        var detector = (await api.Post("/v1/detectors", new { name = algorithm, algorithm, parameters })).Body.GetProperty("id")
            .GetString()!;

        var training = await api.Train(detector, dataset);
        Assert.True(training.GetProperty("status").GetString() == "completed", training.ToString());
        var rows = new[] { new[] { 0.1, -0.2 }, [0.3, 0.1], [8.5, -8.5] };
        var scores = (await api.Post("/v1/detect", new { detector_id = detector, data = rows })).Body.GetProperty("scores")
            .EnumerateArray().Select(score => score.GetDouble()).ToArray();
        Assert.All(scores, score => Assert.InRange(score, 0, 1));
        var few = await api.Dataset("x0,x1\n0.1,-0.2\n0.3,0.1\n8.5,-8.5\n");
        var batch = (
            await api.Post($"/api/v1/detectors/{detector}/batch-detect", new { dataset_id = few, batch_size = 2, @async = false })).Data;
        var result = (await api.Get($"/api/v1/results/{batch.GetProperty("result_id").GetString()}")).Data;
        Assert.Equal(scores, result.GetProperty("predictions")
            .EnumerateArray().Select(prediction => prediction.GetProperty("anomaly_score").GetDouble()));
    }

    [Fact]
    public async Task An_ensemble_whose_members_have_hyper_parameters_is_created_trained_and_used_and_a_bad_member_is_named()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Labelled(90, 6));
        object With(object members) => new
        {
            name = "Together", algorithm = "ensemble", parameters = new
            { contamination = 0.1, combination = "average", base_estimators = members, random_state = 3 },
        };
        var created = await api.Post("/v1/detectors", With(new object[]
        {
            new { algorithm = "isolation_forest", hyperparameters = new { n_estimators = 20 }, weight = 2 },
                new { algorithm = "LOF", hyperparameters = new { n_neighbors = 5 } },
        }));
        Assert.Equal(201, created.Status);
        var detector = created.Body.GetProperty("id").GetString()!;

        Assert.Equal("completed", (await api.Train(detector, dataset)).GetProperty("status").GetString());
        var answer = await api.Post("/v1/detect", new { detector_id = detector, data = new[] { new[] { 0.1, 0.1 }, [30, -30] } });
        Assert.Equal([0, 1], answer.Body.GetProperty("predictions").EnumerateArray().Select(prediction => prediction.GetInt32()));

        var bad = await api.Post("/v1/detectors",
            With(new object[] { new { algorithm = "LOF", hyperparameters = new { n_neighbors = 0 } } }));
        Assert.Equal(422, bad.Status);
        Assert.Contains("base_estimators[0].hyperparameters.n_neighbors", bad.Error.GetProperty("message").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(422, (await api.Post("/v1/detectors", With(new[] { "Magic" }))).Status);
    }

    [Fact]
    public async Task Results_are_found_by_detector_data_set_time_and_anomalies()
    {
        using var api = await server.ClientOf("results-filters");
        var dataset = await api.Dataset(Tables.Labelled(90, 6));
        var (one, two) = (await api.Detector(new { random_state = 1 }), await api.Detector(new { random_state = 2 }));
        await api.Train(one, dataset);
        await api.Train(two, dataset);
        await api.Post($"/api/v1/detectors/{one}/detect", new { data = new[] { new[] { 0.0, 0.0 } } });
        await api.Post($"/api/v1/detectors/{one}/detect", new { data = new[] { new[] { 50.0, -50.0 } } });
        await api.Post($"/api/v1/detectors/{two}/batch-detect", new { dataset_id = dataset, @async = false });

        async Task<int> Count(string query) =>
            (await api.Get($"/api/v1/results?{query}")).Data.GetProperty("pagination").GetProperty("total").GetInt32();

        Assert.Equal((3, 2, 1), (await Count(""), await Count($"detector_id={one}"), await Count($"dataset_id={dataset}")));
        Assert.Equal((1, 2, 1), (await Count("has_anomalies=false"), await Count("has_anomalies=true"), await Count("min_anomalies=2")));
        Assert.Equal((0, 3), (await Count("start_time=2999-01-01T00:00:00Z"), await Count("end_time=2999-01-01T00:00:00Z")));
        Assert.Equal(1, (await api.Get("/api/v1/results?limit=1&offset=2")).Data.GetProperty("results").GetArrayLength());
        foreach (var bad in new[] { "limit=0", "limit=a", "start_time=soon", "has_anomalies=maybe",
            "start_time=2025-01-02&end_time=2025-01-01", "min_anomalies=-1" })
        {
            Assert.Equal(422, (await api.Get($"/api/v1/results?{bad}")).Status);
        }
    }
}
