using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Benchmarks.Log;

namespace EventSourcedAnomaly.Benchmarks.Serving;

/// <summary>
/// Detections of ten rows by fifty clients over HTTP, recorded as events, beside a service of FastAPI and scikit-learn that
/// records nothing. Every request is scored by an isolation forest of a hundred trees.
/// </summary>
internal static class ServingBenchmark
{
    private const int Clients = 50;
    private const int Features = 4;
    /// <summary>Until the compiler has come to rest: it shares the cores with what it compiles.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(24);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    public static async Task Run(Report report, CancellationToken ct)
    {
        var plain = await Peer("plain", ct);
        var batched = await Peer("batched", ct);
        var folder = Directory.CreateTempSubdirectory("esa-bench-");
        try
        {
            await using var server = await ProductProcess.Start(folder.FullName, null, ct);
            var (detector, dataset) = await Prepare(server.Http, ct);
            var request = JsonSerializer.SerializeToUtf8Bytes(new { detector_id = detector, data = Rows(10) });
            await Load(server.Http, "/v1/detect", request, WarmUp, ct);
            var ours = await Load(server.Http, "/v1/detect", request, Duration, ct);
            Add(report, "detect, 10 rows, 50 clients", ours.Rate, "requests/s", "FastAPI + scikit-learn", plain?.Rate);
            Add(report, "detect, 10 rows, 50 clients, against batching", ours.Rate,
                "requests/s", "the same, batching those that wait", batched?.Rate);
            Add(report, "detect, p50", ours.P50, "ms", "FastAPI + scikit-learn", plain?.P50);
            Add(report, "detect, p99", ours.P99, "ms", "FastAPI + scikit-learn", plain?.P99);
            var training = server.Http.PostAsJsonAsync($"/v1/detectors/{detector}/train",
                new { dataset_id = dataset, cross_validation = new { enabled = true, folds = 10 } }, ct);
            var busy = await Load(server.Http, "/v1/detect", request, Duration, ct);
            (await training).EnsureSuccessStatusCode();
            report.Add(Measurement.Against("detect, p99 while a training runs", busy.P99, "ms", "50 ms", 50));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Add(Report report, string name, double value, string unit, string reference, double? peer) =>
        report.Add(peer is { } known ? Measurement.Of(name, value, unit, reference, known) : new Measurement(name, value, unit));

    private static async Task<Figures?> Peer(string kind, CancellationToken ct)
    {
        await using var peer = await ServedProcess.Start(
            "/docs", port =>
                new ProcessStartInfo("/usr/bin/python3",
                    [Path.Combine(AppContext.BaseDirectory, "Serving", "peer.py"), $"{port}", $"{Features}", kind]), ct);
        if (peer is null)
        {
            Console.WriteLine("no peer: python3-fastapi, python3-uvicorn and python3-sklearn are not installed");
            return null;
        }

        var request = JsonSerializer.SerializeToUtf8Bytes(new { data = Rows(10) });
        await Load(peer.Http, "/detect", request, TimeSpan.FromSeconds(2), ct);
        return await Load(peer.Http, "/detect", request, Duration, ct);
    }

    private static async Task<(string Detector, string Dataset)> Prepare(HttpClient http, CancellationToken ct)
    {
        var csv = new StringBuilder("a,b,c,d\n");
        foreach (var row in Rows(20_000))
        {
            csv.AppendJoin(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
        }

        using var form = new MultipartFormDataContent { { new StringContent(csv.ToString()), "file", "rows.csv" } };
        var dataset = await Id(await http.PostAsync("/v1/datasets", form, ct), ct);
        var detector =
            await Id(await http.PostAsJsonAsync("/v1/detectors",
                new { name = "bench", algorithm = "IsolationForest", parameters = new { random_state = 1 } }, ct), ct);
        (await http.PostAsJsonAsync($"/v1/detectors/{detector}/train", new { dataset_id = dataset }, ct)).EnsureSuccessStatusCode();
        while ((await http.GetFromJsonAsync<JsonElement>($"/v1/detectors/{detector}", ct)).GetProperty("status").GetString() != "trained")
        {
            await Task.Delay(50, ct);
        }

        return (detector, dataset);
    }

    private static async Task<string> Id(HttpResponseMessage response, CancellationToken ct) =>
        (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("id").GetString()!;

    private static double[][] Rows(int count)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, count)
            .Select(_ => Enumerable.Range(0, Features)
                .Select(_ => Math.Round(random.NextDouble() + random.NextDouble() + random.NextDouble(), 4)).ToArray())];
    }

    private static async Task<Figures> Load(HttpClient http, string path, byte[] body, TimeSpan duration, CancellationToken ct)
    {
        var latencies = new List<double>[Clients];
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(
            async () =>
            {
                latencies[client] = [];
                while (clock.Elapsed < duration)
                {
                    var started = Stopwatch.GetTimestamp();
                    using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
                    using var response = await http.PostAsync(path, content, ct);
                    response.EnsureSuccessStatusCode();
                    await response.Content.ReadAsByteArrayAsync(ct);
                    latencies[client].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            },
            ct)));
        var all = latencies.SelectMany(each => each).ToList();
        return new Figures(all.Count / clock.Elapsed.TotalSeconds, Appends.Percentile(all, 0.5), Appends.Percentile(all, 0.99));
    }

    private sealed record Figures(double Rate, double P50, double P99);
}
