using System.Text.Json;

namespace EventSourcedAnomaly.Server.Tests.Observability;

/// <summary>The server says how it is, to whoever asks, in each contract's form.</summary>
public sealed class HealthTests(ServerFixture server)
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/detailed")]
    public async Task Health_satisfies_documents_000_and_003_in_one_body_without_a_key(string path)
    {
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        var answer = await anonymous.Get(path);

        Assert.Equal(200, answer.Status);
        Assert.True(answer.Body.GetProperty("success").GetBoolean());
        Assert.Equal("healthy", answer.Body.GetProperty("status").GetString());
        Assert.Equal("1.0.0", answer.Body.GetProperty("version").GetString());
        Assert.Equal("healthy", answer.Data.GetProperty("status").GetString());
        Assert.EndsWith("Z", answer.Data.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
        Assert.Equal(answer.Headers.GetValues("X-Request-ID").Single(), answer.Body.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Detailed_health_gives_percent_and_megabytes_and_admits_that_there_is_no_redis()
    {
        using var api = server.Client();
        var data = (await api.Get("/health/detailed")).Data;

        Assert.Equal("healthy", data.GetProperty("components").GetProperty("database").GetString());
        Assert.Equal("healthy", data.GetProperty("components").GetProperty("workers").GetString());
        Assert.Equal("not_configured", data.GetProperty("components").GetProperty("redis").GetString());
        Assert.InRange(Number(data, "metrics", "cpu_usage"), 0, 100);
        Assert.InRange(Number(data, "metrics", "disk_usage"), 0.01, 100);
        Assert.InRange(Number(data, "metrics", "memory_usage"), 50, 10_000_000);
        Assert.InRange(data.GetProperty("uptime").GetInt64(), 0, 3600);
    }

    [Fact]
    public async Task Liveness_tells_when_the_log_was_heard_of_last()
    {
        using var api = server.Client();

        Assert.InRange((await api.Get("/health/live")).Data.GetProperty("log_heartbeat_age_seconds").GetDouble(), 0, 30);
    }

    [Fact]
    public async Task Readiness_names_every_subscription_with_its_lag()
    {
        using var api = server.Client();
        await api.Detector();
        var data = (await api.Get("/health/ready")).Data;

        var head = data.GetProperty("log_head").GetInt64();
        Assert.True(head > 0);
        var subscriptions = data.GetProperty("subscriptions").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!);
        Assert.Contains("detection_statistics", subscriptions.Keys);
        Assert.All(subscriptions.Values, one => Assert.Equal(
            Math.Max(0, head - one.GetProperty("sequence").GetInt64()), one.GetProperty("lag").GetInt64()));
    }

    [Fact]
    public async Task Document_004_gives_percent_and_document_002_gives_fractions_of_the_same_load()
    {
        using var api = server.Client();
        var training = (await api.Get("/api/v1/health")).Body;
        var reference = (await api.Get("/v1/status")).Body.GetProperty("system");

        Assert.Equal("healthy", training.GetProperty("components").GetProperty("filesystem").GetString());
        Assert.InRange(Number(training, "system", "cpu_percent"), 0, 100);
        Assert.InRange(reference.GetProperty("cpu_usage").GetDouble(), 0, 1);
        Assert.Equal(Number(training, "system", "disk_percent"), 100 * reference.GetProperty("disk_usage").GetDouble(), 0.5);
        Assert.Equal(Number(training, "system", "memory_percent"), 100 * reference.GetProperty("memory_usage").GetDouble(), 10.0);
        Assert.True(training.GetProperty("uptime_seconds").GetDouble() >= 0);
    }

    [Fact]
    public async Task Document_002s_health_and_version_are_open_and_its_status_is_not()
    {
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        var health = (await anonymous.Get("/v1/health")).Body;
        var version = (await anonymous.Get("/v1/version")).Body;

        Assert.Equal("healthy", health.GetProperty("services").GetProperty("database").GetString());
        Assert.Equal("healthy", health.GetProperty("services").GetProperty("storage").GetString());
        Assert.Contains("IsolationForest", version.GetProperty("supported_algorithms").EnumerateArray().Select(name => name.GetString()));
        Assert.Contains("explainability", version.GetProperty("features").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("1.0.0", version.GetProperty("api_version").GetString());
        Assert.Equal(401, (await anonymous.Get("/v1/status")).Status);
        Assert.Equal(401, (await anonymous.Get("/api/v1/metrics")).Status);
    }

    [Fact]
    public async Task Health_metrics_tell_the_machine_from_the_process()
    {
        using var api = server.Client();
        var body = (await api.Get("/api/v1/health/metrics")).Body;

        Assert.True(Number(body, "process", "memory_mb") < Number(body, "system", "memory_used_mb") + Number(body, "process", "memory_mb"));
        Assert.InRange(Number(body, "process", "cpu_percent"), 0, 100);
        Assert.True(body.GetProperty("event_log").GetProperty("head").GetInt64() > 0);
    }

    private static double Number(JsonElement body, string group, string name) => body.GetProperty(group).GetProperty(name).GetDouble();
}
