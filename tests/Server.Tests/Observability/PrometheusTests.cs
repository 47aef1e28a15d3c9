using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace EventSourcedAnomaly.Server.Tests.Observability;

/// <summary>
/// The page of metrics is what Prometheus' formats say it must be. On a server of its own and alone: a server that another
/// test stops in this process takes the metrics of the same names with it.
/// </summary>
[Collection(Alone)]
public sealed partial class PrometheusTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Alone = "alone";


    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_is_open_and_every_family_has_help_and_type_before_its_samples()
    {
        using var anonymous = new ApiClient(new Uri(server.Address), null);
        using var appends = await server.ClientOf("prometheus");
        await anonymous.Get("/health");
        using var response = await anonymous.Http.GetAsync("/metrics", Ct);
        var lines = (await response.Content.ReadAsStringAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var families = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToArray();
        Assert.Equal(families.Distinct(), families);
        foreach (var sample in lines.Where(line => line[0] != '#'))
        {
            Assert.Matches(Sample(), sample);
            var name = sample.Split('{', ' ')[0];
            Assert.Contains(families, family => name == family || name == $"{family}_bucket" || name == $"{family}_sum" || name == $"{family}_count");
        }

        foreach (var family in new[]
        {
            "http_server_request_duration_seconds", "kestrel_active_connections", "dotnet_gc_collections_total", "db_client_operation_duration_seconds", "esa_log_appends_total",
            "esa_log_head", "esa_log_commit_duration_seconds", "esa_grain_activations", "esa_grain_turns_total", "esa_subscription_lag", "esa_build_info",
            "esa_machine_cpu_utilization_ratio",
        })
        {
            Assert.Contains(family, families);
        }
    }

    [Fact]
    public async Task Requests_are_labelled_with_their_surface()
    {
        using var api = server.Client();
        await api.Get("/v1/detectors");

        // A request is counted when it is over, which its client may know before the server does.
        var page = string.Empty;
        for (var attempt = 0; attempt < 50 && !page.Split('\n').Any(IsCounted); attempt++)
        {
            await Task.Delay(20, Ct);
            page = await api.Http.GetStringAsync("/metrics", Ct);
        }

        Assert.Contains(page.Split('\n'), IsCounted);
        Assert.DoesNotContain(ServerFixture.AdminKey, page, StringComparison.Ordinal);

        static bool IsCounted(string line) =>
            line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal)
            && line.Contains("surface=\"reference\"", StringComparison.Ordinal) && line.Contains("http_route=\"/v1/detectors\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenMetrics_is_written_for_those_who_ask()
    {
        using var api = await server.ClientOf("prometheus");
        api.Http.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text; version=1.0.0");
        using var response = await api.Http.GetAsync("/metrics", Ct);
        var page = await response.Content.ReadAsStringAsync(Ct);

        Assert.Equal("application/openmetrics-text", response.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("# EOF\n", page, StringComparison.Ordinal);
        Assert.Contains("# TYPE esa_log_appends counter\n", page, StringComparison.Ordinal);
        Assert.Contains("# UNIT http_server_request_duration_seconds seconds\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Buckets_count_everything_below_their_bound_and_the_last_counts_all()
    {
        var page = await Written(meter =>
        {
            var histogram = meter.CreateHistogram("work.duration", "s", "How long.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
            foreach (var value in new[] { 0.05, 0.5, 0.7, 20 })
            {
                histogram.Record(value);
            }
        });

        Assert.Equal(
            """
            # HELP work_duration_seconds How long.
            # TYPE work_duration_seconds histogram
            work_duration_seconds_bucket{le="0.1"} 1
            work_duration_seconds_bucket{le="1"} 3
            work_duration_seconds_bucket{le="+Inf"} 4
            work_duration_seconds_sum 21.25
            work_duration_seconds_count 4

            """,
            page);
    }

    [Fact]
    public async Task Labels_are_escaped_and_names_made_legal()
    {
        var page = await Written(meter => meter.CreateCounter<long>("bytes.read", "By", "Line one\nand a \\.").Add(
            3, new KeyValuePair<string, object?>("file-name", "C:\\a \"b\"\nc")));

        Assert.Equal(
            "# HELP bytes_read_bytes_total Line one\\nand a \\\\.\n# TYPE bytes_read_bytes_total counter\n"
            + "bytes_read_bytes_total{file_name=\"C:\\\\a \\\"b\\\"\\nc\"} 3\n",
            page);
    }

    [Theory]
    [InlineData("http.server.request.duration", "s", false, "http_server_request_duration_seconds")]
    [InlineData("esa.log.appends", "{append}", false, "esa_log_appends")]
    [InlineData("cpu.utilization", "1", true, "cpu_utilization_ratio")]
    [InlineData("retries", "1", false, "retries")]
    [InlineData("heap.bytes", "By", true, "heap_bytes")]
    [InlineData("work.total", "", false, "work")]
    [InlineData("2nd..name", "", true, "_2nd_name")]
    public void Names_follow_the_rules_of_compatibility(string name, string unit, bool isGauge, string expected) =>
        Assert.Equal(expected, MetricName.Of(name, unit, isGauge).Family);

    private static async Task<string> Written(Action<Meter> record)
    {
        using var meter = new Meter($"test-{Guid.NewGuid():N}");
        using var page = new MetricsPage();
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(meter.Name).AddReader(page.Reader).Build();
        record(meter);
        return await page.Write(ExpositionFormat.Text, Ct);
    }

    [GeneratedRegex("""^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*\})? (NaN|[+-]Inf|[-+0-9.eE]+)$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}

[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
