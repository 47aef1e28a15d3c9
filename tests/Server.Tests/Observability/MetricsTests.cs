using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;
using EventSourcedAnomaly.Server.Tests.Api;

namespace EventSourcedAnomaly.Server.Tests.Observability;

/// <summary>A tenant's metrics count what it did, nothing else, and leave open what nobody knows.</summary>
public sealed class MetricsTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_count_what_the_tenant_did_and_nothing_of_another()
    {
        using var api = await server.ClientOf("metered");
        using var other = await server.ClientOf("idle");
        var detector = await api.Detector();
        await api.Detector();
        await api.Train(detector, await api.Dataset(Tables.Labelled(200, 10)));
        var flagged = 0L;
        for (var i = 0; i < 3; i++)
        {
            var detected = await api.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 0.1, 0.1 }, [9.0, -9.0] } });
            flagged += detected.Data.GetProperty("summary").GetProperty("anomalies_detected").GetInt64();
        }

        var metrics = await Eventually(api, "/api/v1/metrics", data => Number(data, "detection", "total_detections") == 3);
        Assert.Equal(flagged, Number(metrics, "detection", "anomalies_detected"));
        Assert.Equal((2, 1, 0), (Number(metrics, "models", "total_models"), Number(metrics, "models", "active_models"),
            Number(metrics, "models", "training_models")));
        Assert.InRange(Number(metrics, "detection", "average_accuracy"), 0.5, 1);
        Assert.True(Number(metrics, "detection", "average_response_time") > 0);
        Assert.InRange(metrics.GetProperty("metrics").GetProperty("detection_performance")
            .GetProperty("average_confidence").GetDouble(), 0, 1);
        Assert.Equal(6, metrics.GetProperty("series").EnumerateArray().Sum(point => point.GetProperty("samples").GetInt64()));

        var status = (await api.Get("/v1/status")).Body.GetProperty("metrics");
        Assert.Equal((1, 1), (status.GetProperty("active_detectors").GetInt64(), status.GetProperty("total_datasets").GetInt64()));
        Assert.Equal(0, Number((await other.Get("/api/v1/metrics")).Data, "detection", "total_detections"));
        Assert.Equal(0, Number((await other.Get("/api/v1/metrics")).Data, "models", "total_models"));
    }

    [Fact]
    public async Task One_body_satisfies_documents_000_and_003()
    {
        using var api = server.Client();
        var body = (await api.Get("/api/v1/metrics")).Body;

        Assert.True(body.GetProperty("success").GetBoolean());
        Assert.Equal("success", body.GetProperty("status").GetString());
        Assert.Equal(body.GetProperty("request_id").GetString(), body.GetProperty("metadata").GetProperty("request_id").GetString());
        var groups = body.GetProperty("data").GetProperty("metrics");
        var anomalies = groups.GetProperty("anomalies_detected");
        Assert.Equal(anomalies.GetProperty("total").GetInt64(),
            anomalies.GetProperty("by_severity").EnumerateObject().Sum(one => one.Value.GetInt64()));
        Assert.Equal(JsonValueKind.Null, groups.GetProperty("detection_performance").GetProperty("false_positive_rate").ValueKind);
        Assert.Equal(JsonValueKind.Null, groups.GetProperty("cost_metrics").GetProperty("total_api_cost").ValueKind);
        Assert.True(body.GetProperty("data").TryGetProperty("time_range", out _));
    }

    [Fact]
    public async Task Groups_and_time_range_are_those_that_were_asked_for()
    {
        using var api = server.Client();
        var data = (await api.Get("/api/v1/metrics?metric_types=api_performance,cost_metrics&start_time=2024-12-01T00:00:00Z&end_time=2024-12-15T23:59:59Z&aggregation=week")).Data;

        Assert.Equal(["api_performance", "cost_metrics"], data.GetProperty("metrics").EnumerateObject().Select(group => group.Name));
        Assert.Equal("2024-12-01T00:00:00Z", data.GetProperty("time_range").GetProperty("start").GetString());
        Assert.Equal(0, data.GetProperty("metrics").GetProperty("api_performance").GetProperty("total_requests").GetInt64());
        Assert.Equal(422, (await api.Get("/api/v1/metrics?aggregation=minute")).Status);
        Assert.Equal(422, (await api.Get("/api/v1/metrics?start_time=yesterday")).Status);
        Assert.Equal(422, (await api.Get("/api/v1/metrics?start_time=2024-12-02T00:00:00Z&end_time=2024-12-01T00:00:00Z")).Status);
    }

    [Fact]
    public async Task Requests_are_counted_with_their_errors_and_latencies()
    {
        using var api = await server.ClientOf("requesting");
        for (var i = 0; i < 3; i++)
        {
            await api.Get("/api/v1/detectors");
        }

        await api.Get("/api/v1/detectors/detector_none");

        var data = await Eventually(api, "/api/v1/metrics", data => Requests(data).GetProperty("total_requests").GetInt64() >= 4);
        var requests = Requests(data);
        Assert.Equal(1, Math.Round(requests.GetProperty("error_rate").GetDouble() * requests.GetProperty("total_requests").GetInt64(), 6));
        Assert.True(requests.GetProperty("p99_latency_ms").GetDouble() >= requests.GetProperty("p95_latency_ms").GetDouble());
        Assert.True(requests.GetProperty("p95_latency_ms").GetDouble() > 0);

        static JsonElement Requests(JsonElement data) => data.GetProperty("metrics").GetProperty("api_performance");
    }

    [Theory]
    [InlineData("hour")]
    [InlineData("day")]
    [InlineData("week")]
    public async Task Performance_adds_up_whatever_the_granularity(string granularity)
    {
        using var api = await server.ClientOf($"performing-{granularity}");
        var detector = await api.Detector();
        await api.Train(detector, await api.Dataset(Tables.Blob(100, 2)));
        await api.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 0.1, 0.1 }, [9.0, -9.0], [0.2, 0.2] } });

        var data = await Eventually(api, $"/api/v1/metrics/performance?granularity={granularity}", data =>
            data.GetProperty("metrics").GetArrayLength() > 0);
        var point = Assert.Single(data.GetProperty("metrics").EnumerateArray());
        Assert.Equal((1, 3), (point.GetProperty("detections").GetInt64(), point.GetProperty("samples").GetInt64()));
        Assert.True(point.GetProperty("response_time").GetDouble() > 0);
        Assert.True(point.GetProperty("throughput").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, point.GetProperty("accuracy").ValueKind);
        Assert.Equal(422, (await api.Get("/api/v1/metrics/performance?granularity=minute")).Status);
    }

    [Fact]
    public void Quantiles_of_latencies_are_known_to_within_a_fifth()
    {
        var counts = new long[LatencyScale.Classes];
        for (var milliseconds = 1; milliseconds <= 1000; milliseconds++)
        {
            counts[LatencyScale.ClassOf(TimeSpan.FromMilliseconds(milliseconds))]++;
        }

        Assert.Equal(500, LatencyScale.Quantile(counts, 0.5)!.Value, 100.0);
        Assert.Equal(950, LatencyScale.Quantile(counts, 0.95)!.Value, 190.0);
        Assert.Null(LatencyScale.Quantile(new long[LatencyScale.Classes], 0.5));
        Assert.Equal(LatencyScale.Classes - 1, LatencyScale.ClassOf(TimeSpan.FromDays(1)));
    }

    private static async Task<JsonElement> Eventually(ApiClient api, string path, Func<JsonElement, bool> holds)
    {
        while (true)
        {
            var data = (await api.Get(path)).Data;
            if (holds(data))
            {
                return data;
            }

            await Task.Delay(50, Ct);
        }
    }

    private static double Number(JsonElement data, string group, string name) => data.GetProperty(group).GetProperty(name).GetDouble();
}
