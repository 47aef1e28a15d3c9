using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>
/// What people bring with a request is read as their files are: names before positions, times, labels and numbers by one reader, or
/// refused with the place.
/// </summary>
public sealed class BroughtDataTests(ServerFixture server)
{
    [Theory]
    [InlineData("pressure", "flow", "temp")]
    [InlineData("Pressure", "Flow", "Temp")]
    [InlineData(" pressure", "flow ", "TEMP")]
    public async Task A_column_is_found_by_its_name(params string[] names)
    {
        using var api = server.Client();
        var detector = await Trained(api, Machine());
        var expected = await api.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 20.0, 1000, 5 } } });

        var detected = await api.Post(
            $"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 1000.0, 5, 20 } }, feature_names = names });

        Assert.Equal(Scores(expected)[0], Scores(detected)[0]);
    }

    [Theory]
    [InlineData("'a', 'b', 'c'", "a", "b", "c")]
    [InlineData("'speed'", "temp", "pressure", "speed")]
    [InlineData("'Temp'", "temp", "Temp", "flow")]
    [InlineData("'flow'", "temp", "pressure")]
    public async Task Names_that_the_model_does_not_know_are_refused(string said, params string[] names)
    {
        using var api = server.Client();
        var detector = await Trained(api, Machine());

        var refused = await api.Post(
            $"/api/v1/detectors/{detector}/detect",
            new { data = new[] { names.Select((_, i) => 1.0 + i).ToArray() }, feature_names = names });

        Assert.Equal(422, refused.Status);
        Assert.Contains("feature_names", refused.Body.ToString(), StringComparison.Ordinal);
        Assert.Contains(said, Message(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_null_is_refused_by_its_place()
    {
        using var api = server.Client();
        var detector = await Trained(api, Machine());

        var refused = await api.Post($"/api/v1/detectors/{detector}/detect", """{ "feature_names": [null], "data": [[1, 2, 3]] }""");

        Assert.Equal(422, refused.Status);
        Assert.Contains("feature_names[0]", refused.Body.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"05.02.2024 11:00\"", 422)]
    [InlineData("\"11:00\"", 422)]
    [InlineData("\"02/05/2024\"", 422)]
    [InlineData("1707098400000", 422)]
    [InlineData("1707098400", 200)]
    [InlineData("\"2024-02-05 11:00:00+01\"", 200)]
    [InlineData("\"2024-02-05T11:00:00.123456789Z\"", 200)]
    public async Task A_time_is_read_as_in_files_or_refused(string time, int status)
    {
        using var api = server.Client();
        var csv = new StringBuilder("t,v\n");
        for (var i = 0; i < 96; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{new DateTime(2024, 2, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(i):O},{i % 7}\n");
        }

        var detector = await Trained(api, csv.ToString());

        var answer = await api.Post($"/api/v1/detectors/{detector}/detect", $$"""{ "data": [[{{time}}, 3]] }""");

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 422, answer.Body.ToString().Contains("data[0][0]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Labels_of_minus_one_are_refused_with_what_is_expected()
    {
        using var api = server.Client();
        var csv = new StringBuilder("x,label\n");
        for (var i = 0; i < 40; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i % 9},{(i == 30 ? -1 : 1)}\n");
        }

        var ended = await api.Train(await api.Detector(), await api.Dataset(csv.ToString()));

        Assert.Equal("failed", ended.GetProperty("status").GetString());
        Assert.Contains("Column 'label', row 31: expected the label 0 (normal) or 1 (anomaly), got -1", ended.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_detectors_cannot_take_is_named_by_its_place()
    {
        using var api = server.Client();
        var csv = Machine() + "1e76,1,1\n";

        var upload = await api.Upload("/api/v1/datasets", "a\n1\n1e155\n2\n"u8.ToArray());
        var ended = await api.Train(await api.Detector(), await api.Dataset(csv));
        var detected = await api.Post($"/api/v1/detectors/{await Trained(api, Machine())}/detect", """{ "data": [[1e76, 0, 0]] }""");
        var adHoc = await api.Post("/api/v1/detection/detect", """{ "data": [[1, 2], [3, 1e76], [5, 6]], "algorithm": "knn" }""");

        Assert.Equal(422, upload.Status);
        Assert.Contains("Row 2 (line 3), column 'a'", Message(upload), StringComparison.Ordinal);
        Assert.Contains("Column 'temp', row 61", ended.ToString(), StringComparison.Ordinal);
        Assert.Equal(422, detected.Status);
        Assert.Contains("data[0][0]", detected.Body.ToString(), StringComparison.Ordinal);
        Assert.Equal(422, adHoc.Status);
        Assert.Contains("data[1][1]", adHoc.Body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_category_is_as_odd_as_the_rarest_one_and_the_reason()
    {
        using var api = server.Client();
        var csv = new StringBuilder("v,region\n");
        for (var i = 0; i < 200; i++)
        {
            var region = i % 50 == 0 ? "islands" : i % 2 == 0 ? "north" : "south";
            csv.Append(CultureInfo.InvariantCulture, $"{10 + (i % 13 * 0.1)},{region}\n");
        }

        var detector = await Trained(api, csv.ToString(), new { encode = "one_hot" });

        var detected = await api.Post($"/api/v1/detectors/{detector}/detect", new
        {
            data = new object[][] { [10.5, "islands"], [10.5, "mars"], [10.5, "north"] },
            return_explanations = true,
        });

        var scores = Scores(detected);
        Assert.True(scores[1] >= scores[0] && scores[1] > scores[2], string.Join(", ", scores));
        Assert.Equal("region", detected.Data.GetProperty("predictions")[1].GetProperty("explanation").GetProperty("top_features")[0]
            .GetString());
    }

    [Fact]
    public async Task A_column_without_any_value_is_no_input_of_the_model()
    {
        using var api = server.Client();
        var csv = new StringBuilder("a,empty,b\n");
        for (var i = 0; i < 60; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{i % 9},,{i % 7}\n");
        }

        var detector = await Trained(api, csv.ToString());

        Assert.Equal(200, (await api.Post($"/api/v1/detectors/{detector}/detect", """{ "data": [[1, 2]] }""")).Status);
    }

    [Fact]
    public async Task The_profile_shows_what_was_read_as_missing_and_how_numbers_are_written()
    {
        using var api = server.Client();
        var dataset = await api.Dataset("a;b\n1,5;NA\n2,25;3\n3;4\n");

        var detail = (await api.Get($"/api/v1/datasets/{dataset}")).Data;

        Assert.Equal("decimal_comma", detail.GetProperty("columns")[0].GetProperty("number_notation").GetString());
        var marker = Assert.Single(detail.GetProperty("columns")[1].GetProperty("missing_markers").EnumerateArray());
        Assert.Equal(("NA", 1), (marker.GetProperty("spelling").GetString(), marker.GetProperty("count").GetInt32()));
        Assert.Contains(detail.GetProperty("quality_report").GetProperty("issues").EnumerateArray(),
            issue => issue.GetProperty("type").GetString() == "missing_value_markers" && issue.GetProperty("column").GetString() == "b");
    }

    private static string Machine()
    {
        var csv = new StringBuilder("temp,pressure,flow\n");
        for (var i = 0; i < 60; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{20 + (i % 7 * 0.1)},{1000 + (i % 11)},{5 - (i % 5 * 0.1)}\n");
        }

        return csv.ToString();
    }

    private static async Task<string> Trained(ApiClient api, string csv, object? preprocessing = null)
    {
        var (detector, dataset) = (await api.Detector(), await api.Dataset(csv));
        var ended = await api.Train(detector, dataset, preprocessing is null
            ? new { dataset_id = dataset } : new { dataset_id = dataset, preprocessing });
        Assert.Equal("completed", ended.GetProperty("status").GetString());
        return detector;
    }

    private static string Message(Answer answer) => answer.Body.GetProperty("error").GetProperty("message").GetString()!;

    private static double[] Scores(Answer answer) =>
        [.. answer.Data.GetProperty("predictions").EnumerateArray().Select(each => each.GetProperty("anomaly_score").GetDouble())];
}
