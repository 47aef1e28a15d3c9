using System.Text.Json;
using EventSourcedAnomaly.Server.Tests.Api;

namespace EventSourcedAnomaly.Server.Tests.OpenApi;

/// <summary>The API's description is complete, true, and where the contracts say it is.</summary>
public sealed class OpenApiTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/")]
    [InlineData("/api/v1/")]
    public async Task The_description_and_its_readers_are_open_under_every_root(string root)
    {
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        var json = await anonymous.Get($"{root}openapi.json");
        using var yaml = await anonymous.Http.GetAsync($"{root}openapi.yaml", Ct);
        var swagger = await anonymous.Http.GetStringAsync($"{root}docs", Ct);
        var redoc = await anonymous.Http.GetStringAsync($"{root}redoc", Ct);

        Assert.StartsWith("3.1", json.Body.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal("application/yaml", yaml.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("openapi: ", await yaml.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Contains("swagger-ui", swagger, StringComparison.Ordinal);
        Assert.Contains("redoc", redoc, StringComparison.Ordinal);
        Assert.DoesNotContain("//", swagger.Replace("<!--", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("//", redoc, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_operation_is_named_tagged_summarised_and_described_with_its_answers()
    {
        var operations = Operations(await Document()).ToArray();

        Assert.True(operations.Length > 40);
        Assert.Equal(operations.Length, operations.Select(operation => operation.Body.GetProperty("operationId").GetString())
            .Distinct(StringComparer.Ordinal).Count());
        foreach (var (path, method, body) in operations)
        {
            Assert.True(body.GetProperty("summary").GetString() is { Length: > 0 },
                $"{method} {path} has no summary: its route needs Describes");
            Assert.NotEmpty(body.GetProperty("tags").EnumerateArray());
            Assert.Contains(body.GetProperty("responses").EnumerateObject(), response => response.Name[0] == '2'
                && response.Value.TryGetProperty("content", out _));
            Assert.True(body.GetProperty("responses").TryGetProperty("default", out _));
            foreach (var name in path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')))
            {
                Assert.Contains(body.GetProperty("parameters").EnumerateArray(), parameter =>
                    parameter.GetProperty("name").GetString() == name);
            }
        }
    }

    [Fact]
    public async Task Credentials_are_described_and_only_open_paths_do_without()
    {
        var document = await Document();

        Assert.Equal(["ApiKeyHeader", "Bearer", "ApiKeyQuery"],
            document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(one => one.Name));
        Assert.Equal(3, document.GetProperty("security").GetArrayLength());
        Assert.Equal(
            ["/api/v1/health", "/api/v1/health/metrics", "/health", "/health/detailed", "/health/live", "/health/ready",
                "/metrics", "/v1/health", "/v1/version"],
            Operations(document)
                .Where(operation => operation.Body.TryGetProperty("security", out var security) && security.GetArrayLength() == 0)
                .Select(operation => operation.Path).Where(path => !path.Contains("/auth/", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Answers_are_as_described_on_every_contract()
    {
        using var admin = server.Client();
        await admin.Post("/api/v1/tenants", new { id = "described", name = "Described" });
        var key = (await admin.Post("/v1/auth/api-keys", new
        { name = "described", tenant_id = "described", roles = new[] { "admin" } })).Body.GetProperty("api_key").GetString()!;
        using var api = server.Client(key);
        var document = await Document();
        var dataset = await api.Dataset(Tables.Labelled(100, 5));
        var detector = await api.Detector();
        var training = (await api.Train(detector, dataset)).GetProperty("training_id").GetString();
        var result = (await api.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 1.0, 2.0 } } })).Data.GetProperty(
            "result_id").GetString();

        foreach (var (template, path) in new[]
        {
            ("/health", "/health"), ("/health/live", "/health/live"), ("/health/ready", "/health/ready"),
                ("/health/detailed", "/health/detailed"),
            ("/api/v1/health", "/api/v1/health"), ("/api/v1/health/metrics", "/api/v1/health/metrics"), ("/v1/health", "/v1/health"),
            ("/v1/status", "/v1/status"),
            ("/v1/version", "/v1/version"), ("/api/v1/metrics", "/api/v1/metrics"),
            ("/api/v1/metrics/performance", "/api/v1/metrics/performance"),
            ("/api/v1/datasets", "/api/v1/datasets"), ("/v1/datasets", "/v1/datasets"),
            ("/v1/datasets/{dataset_id}", $"/v1/datasets/{dataset}"),
            ("/v1/datasets/{dataset_id}/sample", $"/v1/datasets/{dataset}/sample"), ("/api/v1/detectors", "/api/v1/detectors"),
            ("/v1/detectors", "/v1/detectors"),
            ("/api/v1/detectors/{detector_id}", $"/api/v1/detectors/{detector}"),
            ("/api/v1/training/{training_id}/status", $"/api/v1/training/{training}/status"),
            ("/v1/detectors/{detector_id}/training-status", $"/v1/detectors/{detector}/training-status"),
            ("/api/v1/results", "/api/v1/results"),
            ("/api/v1/results/{result_id}", $"/api/v1/results/{result}"), ("/api/v1/audit/events", "/api/v1/audit/events?limit=5"),
            ("/api/v1/audit/streams/{stream_id}", $"/api/v1/audit/streams/{detector}"), ("/v1/auth/api-keys", "/v1/auth/api-keys"),
            ("/api/v1/tenants", "/api/v1/tenants"),
        })
        {
            var answer = await (template == "/api/v1/tenants" ? admin : api).Get(path);
            Assert.Equal(200, answer.Status);
            Assert.Equal(string.Empty, string.Join("; ", new SchemaCheck(document)
                .Faults(answer.Body, Response(document, template, "get", "200")).Select(fault => $"{path} {fault}")));
        }
    }

    [Theory]
    [InlineData("/api/v1/detectors", "/api/v1/detectors")]
    [InlineData("/v1/detectors", "/v1/detectors")]
    public async Task Creations_and_refusals_are_as_described(string template, string path)
    {
        using var api = server.Client();
        var document = await Document();
        var created = await api.Post(path, new { name = "Described", algorithm = "IsolationForest" });
        var refused = await api.Post(path, new { name = "Described", algorithm = "Oracle" });

        Assert.Equal([], new SchemaCheck(document).Faults(created.Body, Response(document, template, "post", "201")));
        Assert.Equal([], new SchemaCheck(document).Faults(refused.Body, Response(document, template, "post", "422")));
    }

    private static JsonElement Response(JsonElement document, string template, string method, string status) =>
        document.GetProperty("paths").GetProperty(template)
        .GetProperty(method).GetProperty("responses").GetProperty(status)
            .GetProperty("content").GetProperty("application/json").GetProperty("schema");

    private static IEnumerable<(string Path, string Method, JsonElement Body)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (path.Name, operation.Name, operation.Value);

    private async Task<JsonElement> Document()
    {
        using var api = server.Client();
        return (await api.Get("/openapi.json")).Body;
    }
}
