using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
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

    /// <summary>What is there from the first request on, beside what comes with events such as collections of garbage.</summary>
    private static readonly string[] Snapshot =
    [
        "aspnetcore_memory_pool_pooled_bytes gauge", "aspnetcore_routing_match_attempts_total counter",
        "db_client_connection_max gauge", "db_client_connections gauge", "db_client_operation_duration_seconds histogram",
        "db_client_operation_npgsql_bytes_read_bytes_total counter", "db_client_operation_npgsql_bytes_written_bytes_total counter",
        "db_client_operation_npgsql_executing gauge", "db_client_operation_npgsql_prepared_ratio gauge",
        "dotnet_assemblies gauge", "dotnet_gc_heap_total_allocated_bytes_total counter", "dotnet_gc_pause_time_seconds_total counter",
        "dotnet_jit_compilation_time_seconds_total counter", "dotnet_jit_compiled_il_size_bytes_total counter",
        "dotnet_jit_compiled_methods_total counter",
        "dotnet_monitor_lock_contentions_total counter", "dotnet_process_cpu_time_seconds_total counter", "dotnet_process_cpus gauge",
        "dotnet_process_memory_working_set_bytes gauge", "dotnet_thread_pool_queue_length_total counter",
        "dotnet_thread_pool_threads_total counter",
        "dotnet_thread_pool_work_item_count_total counter", "dotnet_timers gauge",
        "esa_build_info gauge", "esa_log_appends_total counter",
        "esa_log_batch_size histogram", "esa_log_commit_duration_seconds histogram", "esa_log_high_water_mark gauge",
        "esa_machine_cpu_utilization_ratio gauge",
        "esa_machine_disk_utilization_ratio gauge", "esa_machine_memory_utilization_ratio gauge", "esa_subscription_lag gauge",
        "http_server_active_requests gauge", "http_server_request_duration_seconds histogram",
        "kestrel_active_connections gauge", "kestrel_queued_connections gauge",
    ];

    /// <summary>What is there once something was trained, or rows were scored.</summary>
    private static readonly string[] WhileTraining =
        ["esa_trainings_running gauge", "esa_training_duration_seconds histogram", "esa_detections_total counter",
            "esa_rows_scored_total counter"];

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
        var families = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[2]).ToArray();
        Assert.Equal(families.Distinct(), families);
        foreach (var sample in lines.Where(line => line[0] != '#'))
        {
            Assert.Matches(Sample(), sample);
            var name = sample.Split('{', ' ')[0];
            Assert.Contains(families, family => name == family || name == $"{family}_bucket" || name == $"{family}_sum"
                || name == $"{family}_count");
        }

        foreach (var family in new[]
        {
            "http_server_request_duration_seconds", "kestrel_active_connections", "dotnet_gc_collections_total",
                "db_client_operation_duration_seconds", "esa_log_appends_total",
            "esa_log_high_water_mark", "esa_log_commit_duration_seconds", "esa_subscription_lag", "esa_build_info",
            "esa_machine_cpu_utilization_ratio",
        })
        {
            Assert.Contains(family, families);
        }
    }

    [Fact]
    public async Task Requests_are_labelled_with_their_contract()
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
            && line.Contains("surface=\"reference\"", StringComparison.Ordinal)
                && line.Contains("http_route=\"/v1/detectors\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenMetrics_is_written_for_those_who_ask()
    {
        using var api = await server.ClientOf("prometheus");
        api.Http.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text; version=1.0.0");
        await api.Http.GetStringAsync("/metrics", Ct);

        // A request is counted when it is over, which its client may know before the server does.
        await Task.Delay(100, Ct);
        using var response = await api.Http.GetAsync("/metrics", Ct);
        var page = await response.Content.ReadAsStringAsync(Ct);

        Assert.Equal("application/openmetrics-text", response.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("# EOF\n", page, StringComparison.Ordinal);
        Assert.Contains("# TYPE esa_log_appends counter\n", page, StringComparison.Ordinal);
        Assert.Contains("# UNIT http_server_request_duration_seconds seconds\n", page, StringComparison.Ordinal);
    }

    /// <summary>Dashboards and alerts know metrics by their names: a package that renames one is found out here.</summary>
    [Fact]
    public async Task The_names_are_those_of_the_snapshot()
    {
        using var api = await server.ClientOf("prometheus");
        await api.Post("/api/v1/detectors", new { name = "Counted", algorithm = "PCA" });
        var missing = Snapshot;
        for (var attempt = 0; attempt < 50 && missing.Length > 0; attempt++)
        {
            await Task.Delay(100, Ct);
            var page = await api.Http.GetStringAsync("/metrics", Ct);
            var families = page.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
                .Select(line => line["# TYPE ".Length..]).ToArray();
            Assert.Empty(families.Where(family => family.StartsWith("esa_", StringComparison.Ordinal))
                .Except(Snapshot).Except(WhileTraining));
            Assert.DoesNotMatch(TenantLabel(), page);
            missing = [.. Snapshot.Except(families)];
        }

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Buckets_count_everything_below_their_bound_and_the_last_counts_all()
    {
        var page = await Written(meter =>
        {
            var histogram = meter.CreateHistogram("work.duration", "s", "How long.",
                null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
            foreach (var value in new[] { 0.05, 0.5, 0.7, 20 })
            {
                histogram.Record(value);
            }
        });

        Assert.Equal(
            """
            # TYPE work_duration_seconds histogram
            # HELP work_duration_seconds How long.
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
            "# TYPE bytes_read_bytes_total counter\n# HELP bytes_read_bytes_total Line one\\nand a \\\\.\n"
            + "bytes_read_bytes_total{file_name=\"C:\\\\a \\\"b\\\"\\nc\"} 3\n",
            page);
    }

    [Theory]
    [InlineData("http.server.request.duration", "s", false, "http_server_request_duration_seconds")]
    [InlineData("esa.log.appends", "{append}", false, "esa_log_appends")]
    [InlineData("cpu.utilization", "1", true, "cpu_utilization")]
    [InlineData("retries", "1", false, "retries")]
    [InlineData("heap.bytes", "By", true, "heap_bytes")]
    [InlineData("work.total", "", false, "work_total")]
    public async Task Names_follow_the_rules_of_compatibility(string name, string unit, bool isGauge, string expected)
    {
        var page = await Written(meter =>
        {
            if (isGauge)
            {
                meter.CreateGauge<long>(name, unit).Record(1);
            }
            else
            {
                meter.CreateHistogram<long>(name, unit).Record(1);
            }
        });

        Assert.Contains($"# TYPE {expected} {(isGauge ? "gauge" : "histogram")}", page.Split('\n'));
    }

    /// <summary>The samples of a meter's page, without the labels that say whose they are.</summary>
    private static async Task<string> Written(Action<Meter> record)
    {
        using var meter = new Meter($"test-{Guid.NewGuid():N}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IMeterFactory, UnheardMeters>();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(meter.Name).AddPrometheusExporter());
        await using var app = builder.Build();
        app.MapPrometheusScrapingEndpoint();
        await app.StartAsync(Ct);
        record(meter);
        using var http = new HttpClient();
        var page = await http.GetStringAsync($"{app.Urls.First()}/metrics", Ct);
        return string.Concat(page.Split('\n').Where(line => line.Length > 0 && !line.Contains("target_info", StringComparison.Ordinal))
            .Select(line => Scope().Replace(line, "").Replace("{}", "", StringComparison.Ordinal) + "\n"));
    }

    /// <summary>Keeps the host of a page from meters of the product's names, which would end with it everywhere in this process.</summary>
    private sealed class UnheardMeters : IMeterFactory
    {
        private readonly Meter _meter = new("unheard");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }

    [GeneratedRegex("""[{,][a-z_]*tenant[a-z_]*=""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TenantLabel();

    [GeneratedRegex("""otel_scope_name="[^"]*",?""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Scope();

    [GeneratedRegex("""^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*\})? (NaN|[+-]Inf|[-+0-9.eE]+)$""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}

[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
