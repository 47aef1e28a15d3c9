using System.Diagnostics;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>
/// Appends by few and many writers, each figure beside its references as they are at that moment: a shared machine varies.
/// </summary>
internal static class Appends
{
    /// <summary>Until the compiler has come to rest: it shares the cores with what it compiles.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);
    private static readonly EventMetadata Metadata = new("user:bench", "request");

    public static async Task Run(Report report, string server, CancellationToken ct)
    {
        foreach (var writers in new[] { 1, 16, 64, 256 })
        {
            var name = $"append {writers} {(writers == 1 ? "writer" : "writers")}";
            var (rate, latencies) = await Committer(server, writers, ct);
            report.Add(Measurement.Of(name, rate, "events/s", "Marten, a session an append",
                await Plain(server, writers, snapshot: false, ct)));
            report.Add(Measurement.Of(name, rate, "events/s", "Marten with inline snapshot",
                await Plain(server, writers, snapshot: true, ct)));
            report.Add(Measurement.Of(name, rate, "events/s", "raw 500-row unnest insert",
                await RawInsert.Batches(server, 500, Duration, ct)));
            report.Add(Measurement.Of(name, rate, "events/s", "raw single-row insert", await RawInsert.SingleRows(server, Duration, ct)));
            report.Add(Measurement.Of($"{name}, latency p50", Percentile(latencies, 0.5), "ms", "p99", Percentile(latencies, 0.99)));
        }

        await using var store = await BenchmarkStore.Open(server, ct);
        report.Add(Measurement.Of("bulk append, 500 events an append", await Bulk(store, 500, ct), "events/s", "raw 500-row unnest insert",
            await RawInsert.Batches(server, 500, Duration, ct)));
    }

    /// <summary>The value below which a share of them lies.</summary>
    internal static double Percentile(List<double> values, double p)
    {
        values.Sort();
        return values[(int)Math.Min(values.Count - 1, values.Count * p)];
    }

    private static async Task<(double Rate, List<double> Latencies)> Committer(string server, int writers, CancellationToken ct)
    {
        await using var store = await BenchmarkStore.Open(server, ct);
        Task Append(string stream) => store.Aggregates.Append(Request(stream), ct);
        await Measure(writers, WarmUp, Append, ct);
        return await Measure(writers, Duration, Append, ct);
    }

    private static async Task<double> Plain(string server, int writers, bool snapshot, CancellationToken ct)
    {
        await using var marten = await PlainMarten.Open(server, snapshot, ct);
        await Measure(writers, WarmUp, stream => marten.Append(stream, ct), ct);
        return (await Measure(writers, Duration, stream => marten.Append(stream, ct), ct)).Rate;
    }

    private static AppendRequest Request(string stream, int events = 1) =>
        new(Metadata, StreamAppend.On("acme", stream, Samples.Initial, [.. Enumerable.Repeat(Sampled.Example, events)]));

    private static async Task<(double Rate, List<double> Latencies)> Measure(int writers, TimeSpan duration, Func<string, Task> append,
        CancellationToken ct)
    {
        var latencies = new List<double>[writers];
        var run = Guid.CreateVersion7().ToString("N");
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                latencies[writer] = [];
                for (var n = 0L; clock.Elapsed < duration; n++)
                {
                    var started = Stopwatch.GetTimestamp();
                    await append($"s{run}_{writer}_{n}");
                    latencies[writer].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            },
            ct)));
        var all = latencies.SelectMany(each => each).ToList();
        return (all.Count / clock.Elapsed.TotalSeconds, all);
    }

    private static async Task<double> Bulk(BenchmarkStore store, int events, CancellationToken ct)
    {
        var count = 0L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (var n = 0; clock.Elapsed < Duration; n++)
                {
                    await store.Aggregates.Append(Request($"bulk{writer}_{n}", events), ct);
                    Interlocked.Add(ref count, events);
                }
            },
            ct)));
        return count / clock.Elapsed.TotalSeconds;
    }
}
