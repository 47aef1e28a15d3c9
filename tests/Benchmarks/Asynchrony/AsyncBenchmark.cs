using System.Net.Http.Json;
using EventSourcedAnomaly.Benchmarks.Log;
using EventSourcedAnomaly.Benchmarks.Serving;

namespace EventSourcedAnomaly.Benchmarks.Asynchrony;

/// <summary>
/// How long after its commit an event is in the ledger, in a projection's table, in the hands of a handler (a webhook's receiver) and on a
/// feed of server-sent events; one writer with pauses, and beside 32 writers without.
/// </summary>
internal static class AsyncBenchmark
{
    private const int Events = 200, Writers = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40), Settle = TimeSpan.FromSeconds(3),
        WarmUp = TimeSpan.FromSeconds(8);
    private static readonly (string Subscription, string Name)[] Watched =
        [("ledger", "commit to ledger"), ("detection_statistics", "commit to projection"), ("notifications", "commit to subscription")];

    public static Task Run(Report report, CancellationToken ct) => LogBenchmark.OnServer(
        async postgres =>
        {
            var database = await BenchmarkStore.NewDatabase(postgres, ct);
            var folder = Directory.CreateTempSubdirectory("esa-bench-");
            await using var server = await ProductProcess.Start(folder.FullName, database, ct);
            await using var receiver = WebhookReceiver.Start();
            await server.Http.PostAsJsonAsync("/api/v1/webhooks", new { url = receiver.Url, events = new[] { "training.started" } }, ct);
            await WithWriters(server.Http, () => Task.Delay(WarmUp, ct), ct);
            await Task.Delay(Settle, ct);
            await Measure(report, "idle", (15, 60), database, server.Http, receiver, ct);
            await WithWriters(server.Http, () =>
                Measure(report, $"{Writers} writers", (150, 150), database, server.Http, receiver, ct), ct);
        },
        ct);

    private static async Task Measure(
        Report report, string load, (double P50, double P99) target, string database, HttpClient http,
        WebhookReceiver receiver, CancellationToken ct)
    {
        var watch = new LogWatch(database, [.. Watched.Select(watched => watched.Subscription)]);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = Task.Run(() => watch.Run(enough.Token), ct);
        var feed = await SessionFeed.Measure(http, Events, Pause, ct);
        var handler = await Handled(http, receiver, ct);
        await Task.Delay(Settle, ct);
        await enough.CancelAsync();
        await watching;
        for (var i = 0; i < Watched.Length; i++)
        {
            Add(report, $"{Watched[i].Name}, {load}", watch.Latencies(i), target);
        }

        Add(report, $"request to handler (webhook delivered), {load}", handler, target);
        Add(report, $"request to feed (server-sent event), {load}", feed, target);
    }

    private static void Add(Report report, string name, List<double> latencies, (double P50, double P99) target)
    {
        report.Add(Measurement.Against($"{name}, p50", Appends.Percentile(latencies, 0.5), "ms", $"{target.P50} ms", target.P50));
        report.Add(Measurement.Against($"{name}, p99", Appends.Percentile(latencies, 0.99), "ms", $"{target.P99} ms", target.P99));
    }

    private static async Task<List<double>> Handled(HttpClient http, WebhookReceiver receiver, CancellationToken ct)
    {
        var sent = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < Events / 2; i++)
        {
            var id = await SessionFeed.NewSession(http, ct);
            sent[id] = TimeProvider.System.GetTimestamp();
            (await http.PostAsync($"/api/v1/training/sessions/{id}/start", null, ct)).EnsureSuccessStatusCode();
            await Task.Delay(Pause, ct);
        }

        await Task.Delay(Settle, ct);
        return [.. sent.Where(pair => receiver.Arrived.ContainsKey(pair.Key))
            .Select(pair => TimeProvider.System.GetElapsedTime(pair.Value, receiver.Arrived[pair.Key]).TotalMilliseconds)];
    }

    private static async Task WithWriters(HttpClient http, Func<Task> work, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    using var created =
                        await http.PostAsJsonAsync("/v1/detectors", new { name = $"writer {writer}", algorithm = "ECOD" }, ct);
                    created.EnsureSuccessStatusCode();
                }
            },
            ct)).ToArray();
        await work();
        await enough.CancelAsync();
        await Task.WhenAll(writers);
    }
}
