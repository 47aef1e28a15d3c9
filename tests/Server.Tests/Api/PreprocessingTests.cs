using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>
/// Text, time and missing cells are prepared alike in training and detection, and stay what they were when a prediction is replayed.
/// </summary>
public sealed class PreprocessingTests(ServerFixture server)
{
    [Fact]
    public async Task Categories_and_times_are_learned_from_and_an_odd_one_is_found()
    {
        using var api = server.Client();
        var (detector, training) = await Trained(api, new { });

        var detected = await api.Post($"/api/v1/detectors/{detector}/detect", new
        {
            data = new object?[][]
            {
                [0.1, "web", "2026-03-02T10:15:00Z"], [0.1, "never seen", "2026-03-02T10:15:00Z"],
                    [0.1, "web", "2026-03-02T03:00:00Z"], [null, null, null],
            },
            feature_names = new[] { "load", "service", "at" },
            return_explanations = true,
        });

        Assert.Equal(200, detected.Status);
        var scores = Scores(detected.Data);
        Assert.True(scores[1] > scores[0] && scores[2] > scores[0], string.Join(", ", scores));
        var contributions = detected.Data.GetProperty("predictions")[1].GetProperty("explanation").GetProperty("feature_contributions");
        Assert.Equal(["load", "service", "at"], contributions.EnumerateObject().Select(each => each.Name));
        Assert.Equal("service", detected.Data.GetProperty("predictions")[1].GetProperty("explanation")
            .GetProperty("top_features")[0].GetString());
        Assert.Equal("text with too many different values to be categories",
            training.GetProperty("left_out").GetProperty("note").GetString());
    }

    [Fact]
    public async Task What_was_judged_with_prepared_cells_is_replayed_to_the_bit()
    {
        using var api = server.Client();
        var (detector, _) = await Trained(api, new { impute = "mean", encode = "one_hot", scale = "robust" });
        var detected = await api.Post(
            $"/api/v1/detectors/{detector}/detect", new
            { data = new object?[][] { [1.5, "db", "2026-03-02T10:15:00+02:00"], [null, "web", 1772446500] } });

        var replayed = await api.Post($"/api/v1/audit/results/{detected.Data.GetProperty("result_id").GetString()}/replay", null);

        Assert.True(replayed.Data.GetProperty("bit_identical").GetBoolean(), replayed.Body.ToString());
    }

    [Theory]
    [InlineData("standard")]
    [InlineData("minmax")]
    [InlineData("robust")]
    public async Task Scaling_makes_a_distance_forget_the_units(string scale)
    {
        using var api = server.Client();
        var csv = new StringBuilder("small,large\n");
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{random.NextDouble():R},{random.NextDouble() * 1e6:R}\n");
        }

        var dataset = await api.Dataset(csv.ToString());
        var detector =
            (await api.Post("/api/v1/detectors", new
            { name = "near", algorithm = "KNN", parameters = new { n_neighbors = 5 } })).Data.GetProperty("detector_id").GetString()!;
        await api.Train(detector, dataset, new { dataset_id = dataset, preprocessing = new { scale } });

        var detected =
            await api.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 5.0, 500_000 }, [0.5, 500_000] } });

        Assert.Equal([true, false], detected.Data.GetProperty("predictions")
            .EnumerateArray().Select(each => each.GetProperty("is_anomaly").GetBoolean()));
    }

    [Theory]
    [InlineData("""{ "data": [["much", "web", "2026-03-02T10:15:00Z"]] }""", "data[0][0]", "a number")]
    [InlineData("""{ "data": [[1, "web", "soon"]] }""", "data[0][2]", "a time in ISO 8601, or Unix seconds")]
    [InlineData("""{ "data": [[1, "web"]] }""", "data[0]", "3 values")]
    [InlineData("""{ "data": [[1, {}, 5]] }""", "data[0][1]", "a number, a text, true, false or null")]
    public async Task A_cell_that_does_not_fit_its_column_is_named(string body, string field, string expected)
    {
        using var api = server.Client();
        var (detector, _) = await Trained(api, new { });

        var refused = await api.Post($"/api/v1/detectors/{detector}/detect", body);

        Assert.Equal(422, refused.Status);
        Assert.Contains(field, refused.Body.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, refused.Body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_way_of_preparing_is_refused_with_the_known_ones()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Tables.Blob(50, 2));

        var refused = await api.Post($"/api/v1/detectors/{await api.Detector()}/train",
            new { dataset_id = dataset, preprocessing = new { scale = "huge" } });

        Assert.Equal(422, refused.Status);
        Assert.Contains("preprocessing.scale", refused.Body.ToString(), StringComparison.Ordinal);
        Assert.Contains("minmax", refused.Body.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(string Detector, JsonElement Training)> Trained(ApiClient api, object preprocessing)
    {
        // Working hours of many services, with gaps, and a note that no two rows share.
        var csv = new StringBuilder("load,service,at,note\n");
        var random = new Random(4);
        for (var i = 0; i < 600; i++)
        {
            var at = new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero).AddDays(i % 50).AddMinutes(random.Next(480));
            var load = i % 40 == 0 ? string.Empty : random.NextDouble().ToString("R", CultureInfo.InvariantCulture);
            csv.Append(CultureInfo.InvariantCulture, $"{load},{(i % 3 == 0 ? "db" : "web")},{at:yyyy-MM-ddTHH:mm:ssZ},note {i}\n");
        }

        var dataset = await api.Dataset(csv.ToString());
        var detector = await api.Detector(new { n_estimators = 100, random_state = 3 });
        return (detector, await api.Train(detector, dataset, new { dataset_id = dataset, preprocessing }));
    }

    private static double[] Scores(JsonElement data) =>
        [.. data.GetProperty("predictions").EnumerateArray().Select(each => each.GetProperty("anomaly_score").GetDouble())];
}
