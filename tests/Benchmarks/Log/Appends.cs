using System.Diagnostics;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>Appends by few and many writers, beside inserts of the same rows into the same tables without any of the promises.</summary>
internal static class Appends
{
    /// <summary>Until the compiler has come to rest: it shares the cores with what it compiles.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);
    private static readonly EventMetadata Metadata = new("user:bench", "request");

    public static async Task Run(Report report, string server, CancellationToken ct)
    {
        // The limit is measured again beside each figure: a shared machine is not as fast now as it was half a minute ago.
        var rows = 0.0;
        foreach (var writers in new[] { 1, 16, 64, 256 })
        {
            var limit = writers == 1 ? await RawInsert.SingleRows(server, Duration, ct) : rows = await RawInsert.Batches(server, 500, Duration, ct);
            await using var store = await LogBenchmark.Open(server, ct);
            await Measure(store, writers, WarmUp, NewStream, ct);
            var (rate, latencies) = await Measure(store, writers, Duration, NewStream, ct);
            var name = writers == 1 ? "append 1 writer" : $"append {writers} writers";
            report.Add(Measurement.Of(name, rate, "events/s", writers == 1 ? "single-row insert + commit" : "500-row insert … unnest + commit", limit));
            report.Add(Measurement.Of($"{name}, latency p50", Percentile(latencies, 0.5), "ms", "p99", Percentile(latencies, 0.99)));
        }

        await using (var store = await LogBenchmark.Open(server, ct))
        {
            var rate = await Hot(store, 64, 500, ct);
            report.Add(Measurement.Of("append with expected version, 500 hot streams, 64 workers", rate, "events/s", "500-row insert … unnest + commit", rows));
        }

        await using (var store = await LogBenchmark.Open(server, ct))
        {
            var copy = await RawInsert.Copy(server, 500, Duration, ct);
            report.Add(Measurement.Of("bulk append, 500 events an append", await Bulk(store, 500, ct), "events/s", "COPY in 500s", copy));
        }
    }

    private static AppendRequest NewStream(int writer, long n) => Request($"s{writer}_{n}", 0);

    private static AppendRequest Request(string stream, long expected, int events = 1) => new(
        [
            new StreamAppend(
                new StreamKey("acme", stream), Samples.StreamType, expected,
                [.. Enumerable.Range(0, events).Select(_ => LogBenchmark.Types.Serialize(Sampled.Example))]),
        ],
        Metadata);

    private static async Task<(double Rate, List<double> Latencies)> Measure(
        EventStore store, int writers, TimeSpan duration, Func<int, long, AppendRequest> request, CancellationToken ct)
    {
        var latencies = new List<double>[writers];
        var run = Random.Shared.Next();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                latencies[writer] = [];
                for (var n = 0L; clock.Elapsed < duration; n++)
                {
                    var started = Stopwatch.GetTimestamp();
                    await store.Append(request(writer, (run * 1_000_000L) + n), ct);
                    latencies[writer].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            },
            ct)));
        var all = latencies.SelectMany(each => each).ToList();
        return (all.Count / clock.Elapsed.TotalSeconds, all);
    }

    private static async Task<double> Hot(EventStore store, int workers, int streams, CancellationToken ct)
    {
        var versions = new long[streams];
        var gates = Enumerable.Range(0, streams).Select(_ => new SemaphoreSlim(1)).ToArray();
        var count = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(
            async () =>
            {
                var random = new Random(worker);
                while (clock.Elapsed < Duration)
                {
                    var i = random.Next(streams);
                    await gates[i].WaitAsync(ct);
                    versions[i] = (await store.Append(Request($"hot{i}", versions[i]), ct)).Version;
                    gates[i].Release();
                    Interlocked.Increment(ref count);
                }
            },
            ct)));
        return count / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> Bulk(EventStore store, int events, CancellationToken ct)
    {
        var count = 0L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (var n = 0; clock.Elapsed < Duration; n++)
                {
                    await store.Append(Request($"bulk{writer}_{n}", 0, events), ct);
                    Interlocked.Add(ref count, events);
                }
            },
            ct)));
        return count / clock.Elapsed.TotalSeconds;
    }

    internal static double Percentile(List<double> values, double p)
    {
        values.Sort();
        return values[(int)Math.Min(values.Count - 1, values.Count * p)];
    }
}
