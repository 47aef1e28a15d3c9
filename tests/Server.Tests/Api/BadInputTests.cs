using System.Text;
using System.Text.Json;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>Whatever is wrong with a request, the answer names the field and what was expected, and nothing is left behind.</summary>
public sealed class BadInputTests(ServerFixture server)
{
    public static TheoryData<string, string, int, string> BadDetectors => new()
    {
        { "{\"algorithm\":\"IsolationForest\"}", "missing name", 422, "name" },
        { "{\"name\":\"x\"}", "missing algorithm", 422, "algorithm" },
        { "{\"name\":7,\"algorithm\":\"IsolationForest\"}", "wrong type", 422, "name" },
        { "{\"name\":\"x\",\"algorithm\":\"Magic\"}", "unknown algorithm", 422, "algorithm" },
        { "{\"name\":\"x\",\"algorithm\":\"IsolationForest\",\"colour\":1}", "unknown field", 422, "colour" },
        { "{\"name\":\"x\",\"algorithm\":\"IsolationForest\",\"parameters\":{\"contamination\":0.9}}", "out of range", 422,
            "parameters.contamination" },
        { "{\"name\":\"x\",\"algorithm\":\"IsolationForest\",\"parameters\":{\"trees\":9}}", "unknown parameter", 422, "parameters.trees" },
        { "{\"name\":\"x\",\"algorithm\":\"IsolationForest\",\"tags\":[1]}", "wrong element", 422, "tags[0]" },
        { "{\"name\":\"\",\"algorithm\":\"IsolationForest\"}", "empty name", 422, "name" },
        { "[]", "not an object", 422, "body" },
        { "{\"name\":", "not JSON", 400, "body" },
        { "", "empty", 400, "body" },
    };

    [Theory]
    [MemberData(nameof(BadDetectors))]
    public async Task A_bad_detector_is_refused_with_the_field_at_fault(string body, string what, int status, string field)
    {
        using var api = server.Client();

        var platform = await api.Post("/api/v1/detectors", body);
        var reference = await api.Post("/v1/detectors", body);

        Assert.True(status == platform.Status && status == reference.Status, what);
        Assert.False(platform.Body.GetProperty("success").GetBoolean());
        Assert.Equal(field, platform.Error.GetProperty("details").GetProperty("field").GetString());
        Assert.StartsWith(field, reference.Error.GetProperty("details").GetString(), StringComparison.Ordinal);
        Assert.Equal("VALIDATION_ERROR", platform.Error.GetProperty("code").GetString());
    }

    public static TheoryData<string, string> BadFiles => new()
    {
        { "", "empty" },
        { "a,b\n", "header only" },
        { "a,b\n1,2\n3\n", "ragged" },
        { "a,b\n1,NaN\n", "not a number" },
        { "a,b\n1,inf\n", "infinite" },
        { "a,b\n\"1,2\n", "unbalanced quotes" },
        { "a,a\n1,2\n", "a column twice" },
        { "\u0001\u0002\u0000\u0000\u0003", "binary" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_bad_file_is_refused_and_leaves_nothing_behind(string content, string what)
    {
        using var api = await server.ClientOf("bad-files");
        var before = (await api.Get("/api/v1/datasets")).Data.GetProperty("pagination").GetProperty("total").GetInt32();

        var answer = await api.Upload("/api/v1/datasets", Encoding.UTF8.GetBytes(content));

        Assert.True(answer.Status == 422, $"{what}: {answer.Status} {answer.Body}");
        Assert.Equal("DATASET_INVALID", answer.Error.GetProperty("code").GetString());
        Assert.NotEmpty(answer.Error.GetProperty("message").GetString()!);
        Assert.Equal(before, (await api.Get("/api/v1/datasets")).Data.GetProperty("pagination").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_file_that_is_not_utf8_or_too_wide_is_refused()
    {
        using var api = server.Client();
        var latin = await api.Upload("/v1/datasets", [.. "a,b\n1,"u8.ToArray(), 0xE9, (byte)'\n']);
        var (names, values) = (string.Join(',', Enumerable.Range(0, 10_000).Select(i => $"c{i}")), string.Join(',', Enumerable.Repeat(1, 10_000)));
        var wide = await api.Upload("/v1/datasets", Encoding.UTF8.GetBytes($"{names}\n{values}\n"));

        Assert.Equal(422, latin.Status);
        Assert.Equal(422, wide.Status);
        Assert.Contains("column", wide.Error.GetProperty("message").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Rows_that_do_not_fit_the_model_are_refused_by_place()
    {
        using var api = server.Client();
        var detector = await api.Detector();
        await api.Train(detector, await api.Dataset(Tables.Blob(100, 2)));
        var cases = new (string Data, string Field, int Status)[]
        {
            ("[]", "data", 422), ("[[1,2,3]]", "data[0]", 422), ("[[1,2],[1]]", "data[1]", 422), ("[[1,\"a\"]]", "data[0][1]", 422),
                ("[[1,1e999]]", "data[0][1]", 422),
            ("[1,2]", "data[0]", 422), ("[[1,NaN]]", "body", 400), ("\"x\"", "data", 422),
        };
        foreach (var (data, field, status) in cases)
        {
            var answer = await api.Post($"/api/v1/detectors/{detector}/detect", $"{{\"data\":{data}}}");
            Assert.True(answer.Status == status, $"{data}: {answer.Status} {answer.Body}");
            Assert.Equal(field, answer.Error.GetProperty("details").GetProperty("field").GetString());
        }
    }

    [Fact]
    public async Task A_detector_without_a_model_says_so()
    {
        using var api = server.Client();

        var answer = await api.Post($"/api/v1/detectors/{await api.Detector()}/detect", new { data = new[] { new[] { 1.0 } } });

        Assert.Equal(409, answer.Status);
        Assert.Contains("Train it first", answer.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_deleted_is_gone()
    {
        using var api = server.Client();
        var detector = await api.Detector();
        var dataset = await api.Dataset(Tables.Blob(20, 2));
        Assert.Equal(200, (await api.Delete($"/api/v1/detectors/{detector}")).Status);
        Assert.Equal(200, (await api.Delete($"/v1/datasets/{dataset}")).Status);

        Assert.Equal(404, (await api.Get($"/api/v1/detectors/{detector}")).Status);
        Assert.Equal(404, (await api.Delete($"/v1/detectors/{detector}")).Status);
        Assert.Equal(404, (await api.Get($"/v1/datasets/{dataset}/sample")).Status);
        Assert.Equal(404, (await api.Post($"/api/v1/detectors/{await api.Detector()}/train", new { dataset_id = dataset })).Status);
    }

    [Fact]
    public async Task Of_two_conflicting_changes_the_one_that_saw_an_older_version_is_refused()
    {
        using var api = server.Client();
        var detector = await api.Detector();
        var etag = (await api.Get($"/v1/detectors/{detector}")).Headers.ETag!.ToString();

        Assert.Equal(200, (await api.Put($"/v1/detectors/{detector}", new { name = "first" }, etag)).Status);
        Assert.Equal(412, (await api.Put($"/v1/detectors/{detector}", new { name = "second" }, etag)).Status);
        Assert.Equal("first", (await api.Get($"/v1/detectors/{detector}")).Body.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Uploads_leave_no_temporary_files()
    {
        using var api = server.Client();
        await api.Dataset(Tables.Blob(50, 2));
        await api.Upload("/api/v1/datasets", "rubbish"u8.ToArray());

        Assert.DoesNotContain(server.TemporaryFiles(), path => File.GetLastWriteTimeUtc(path) < DateTime.UtcNow.AddSeconds(-30));
    }

    [Fact]
    public async Task The_problem_type_is_answered_to_who_asks_for_it_on_any_path()
    {
        using var api = server.Client();
        api.Http.DefaultRequestHeaders.Accept.ParseAdd("application/problem+json");

        var answer = await api.Get("/api/v1/detectors/none");

        Assert.Equal(404, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal("/api/v1/detectors/none", answer.Body.GetProperty("instance").GetString());
        Assert.Equal(JsonValueKind.Array, answer.Body.GetProperty("errors").ValueKind);
    }
}
