using System.Text.Json;
using Alba;
using Microsoft.AspNetCore.Http;

namespace EventSourcedAnomaly.Server.Tests.Contracts;

/// <summary>Each API contract has its own envelope and its own shape for errors, whatever goes wrong and wherever.</summary>
public sealed class ContractShapeTests(ServerFixture server)
{
    [Fact]
    public async Task The_platform_wraps_successes_and_errors()
    {
        var listed = await Body(scenario => scenario.Get.Url("/api/v1/detectors"), 200);
        Assert.Equal(["success", "data", "message", "timestamp", "request_id"], Names(listed));
        Assert.True(listed.GetProperty("success").GetBoolean());

        var refused = await Body(scenario => scenario.Post.RawJson("""{"name":"x","algorithm":"LOF","colour":"red"}""")
            .ToUrl("/api/v1/detectors"), 422);
        Assert.Equal(["success", "error", "timestamp", "request_id"], Names(refused));
        Assert.Equal("colour", refused.GetProperty("error").GetProperty("details").GetProperty("field").GetString());
    }

    [Fact]
    public async Task The_enterprise_contract_answers_plainly_and_refuses_by_rfc_9457()
    {
        Assert.Contains("models", Names(await Body(scenario => scenario.Get.Url("/api/v1/models"), 200)));

        var refused = await Body(
            scenario =>
            {
                scenario.Post.RawJson("""{"data":[1,2,3]}""").ToUrl("/api/v1/detection/detect");
                scenario.Header("Content-Type").SingleValueShouldEqual("application/problem+json");
            },
            422);
        Assert.Equal(["type", "title", "status", "detail", "instance", "request_id", "errors"], Names(refused));
        Assert.Equal("algorithm", refused.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task The_reference_answers_plainly_and_says_details_in_a_sentence()
    {
        Assert.Equal(["detectors", "pagination"], Names(await Body(scenario => scenario.Get.Url("/v1/detectors"), 200)));

        var error = (await Body(scenario => scenario.Get.Url("/v1/detectors?limit=many"), 422)).GetProperty("error");
        Assert.Equal(["code", "message", "details", "timestamp", "request_id"], Names(error));
        Assert.Equal("limit: expected a whole number from 1 to 100", error.GetProperty("details").GetString());
    }

    [Fact]
    public async Task Operations_has_its_own_codes()
    {
        var missing = await Body(scenario => scenario.Get.Url("/api/v1/anomalies"), 404);
        Assert.Equal("error", missing.GetProperty("status").GetString());
        Assert.Equal("NOT_FOUND", missing.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(["request_id", "timestamp"], Names(missing.GetProperty("metadata")));
    }

    [Fact]
    public async Task Training_answers_plainly_and_says_details_in_an_object()
    {
        Assert.Equal(["alerts", "total", "limit", "offset"], Names(await Body(scenario => scenario.Get.Url("/api/v1/alerts"), 200)));

        var error = (await Body(scenario => scenario.Get.Url("/api/v1/alerts?status=tired"), 422)).GetProperty("error");
        Assert.Equal("status", error.GetProperty("details").GetProperty("field").GetString());
        Assert.StartsWith("one of: ", error.GetProperty("details").GetProperty("expected").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/detectors", "/api/v1/detectors/{detector_id}")]
    [InlineData("/v1/detectors", "/v1/detectors/{detector_id}")]
    public async Task Members_of_the_address_cannot_be_set_by_the_body_nor_those_of_the_body_by_the_address(string path, string item)
    {
        var named = await Body(
            scenario =>
            {
                scenario.Post.RawJson("""{"name":"kept","algorithm":"LOF"}""").ToUrl(path);
                scenario.ConfigureHttpContext(http => http.Request.QueryString = new QueryString("?name=other&algorithm=ECOD"));
            },
            201);
        var detector = named.TryGetProperty("data", out var data) ? data : named;
        Assert.Equal(("kept", "LocalOutlierFactor"),
            (detector.GetProperty("name").GetString(), detector.GetProperty("algorithm").GetString()));

        var place = item.Replace("{detector_id}", detector.GetProperty("detector_id").GetString(), StringComparison.Ordinal);
        await Body(scenario => scenario.Put.RawJson("""{"name":"x","detector_id":"detector_other"}""").ToUrl(place), 422);
        await Body(scenario => scenario.Put.RawJson("""{"name":"x","if_match":"1"}""").ToUrl(place), 422);
    }

    [Theory]
    [InlineData("{\"name\":\"x\",", 400)]
    [InlineData("", 400)]
    [InlineData("[]", 422)]
    [InlineData("{\"name\":7,\"algorithm\":\"LOF\"}", 422)]
    [InlineData("{\"name\":\"\\ud800\",\"algorithm\":\"LOF\"}", 422)]
    [InlineData("{\"name\":\"\\u0000\",\"algorithm\":\"LOF\"}", 422)]
    public Task What_is_wrong_with_a_body_decides_the_status(string body, int status) =>
        Body(scenario => scenario.Post.RawJson(body).ToUrl("/v1/detectors"), status);

    [Theory]
    [InlineData("/api/v1/tenants", "GET, POST")]
    [InlineData("/v1/detectors", "GET, POST")]
    [InlineData("/api/v1/alerts", "GET")]
    public async Task A_method_that_a_path_does_not_take_is_refused_with_those_that_it_takes(string path, string allowed)
    {
        var refused = await Body(
            scenario =>
            {
                scenario.Patch.RawJson("{}").ToUrl(path);
                scenario.Header("Allow").SingleValueShouldEqual(allowed);
            },
            405);
        Assert.Contains("PATCH", refused.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public Task A_body_of_another_type_is_refused() =>
        Body(scenario => scenario.Post.Text("name=x").ToUrl("/v1/detectors").ContentType("text/plain"), 415);

    [Fact]
    public Task A_request_id_is_echoed() => Body(
        scenario =>
        {
            scenario.Get.Url("/v1/detectors");
            scenario.WithRequestHeader("X-Request-ID", "mine");
            scenario.Header("X-Request-ID").SingleValueShouldEqual("mine");
        },
        200);

    private static string[] Names(JsonElement item) => [.. item.EnumerateObject().Select(member => member.Name)];

    private async Task<JsonElement> Body(Action<Scenario> configure, int status)
    {
        var result = await server.Host.Scenario(scenario =>
        {
            scenario.WithRequestHeader("X-API-Key", ServerFixture.AdminKey);
            configure(scenario);
            scenario.StatusCodeShouldBe(status);
        });
        return JsonSerializer.Deserialize<JsonElement>(await result.ReadAsTextAsync());
    }
}
