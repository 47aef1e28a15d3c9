using System.Diagnostics;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>Whether appends and activations cost the same in a large log as in a small one.</summary>
internal static class Growth
{
    private const int Small = 10_000;

    public static async Task Run(Report report, string server, int large, CancellationToken ct)
    {
        await using var store = await LogBenchmark.Open(server, ct);
        await Fill(store, Small, ct);
        var (appendSmall, loadSmall) = (await AppendCost(store, ct), await LoadCost(store, ct));
        await Fill(store, large - Small, ct);
        var (appendLarge, loadLarge) = (await AppendCost(store, ct), await LoadCost(store, ct));
        report.Add(Measurement.Of($"append at {large:N0} events", appendLarge, "ms", $"at {Small:N0}", appendSmall));
        report.Add(Measurement.Of($"activation at {large:N0} events", loadLarge, "ms", $"at {Small:N0}", loadSmall));
    }

    /// <summary>Many streams of ten events.</summary>
    public static async Task Fill(EventStore store, int events, CancellationToken ct)
    {
        const int PerStream = 10;
        await Parallel.ForEachAsync(Enumerable.Range(0, events / PerStream), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = ct }, async (_, token) =>
            await store.Append(
                new AppendRequest(
                    [
                        new StreamAppend(
                            new StreamKey("acme", Guid.CreateVersion7().ToString("N")), Samples.StreamType, 0,
                            [.. Enumerable.Range(0, PerStream).Select(_ => LogBenchmark.Types.Serialize(Sampled.Example))]),
                    ],
                    new EventMetadata("user:bench", "request")),
                token));
    }

    private static Task<double> AppendCost(EventStore store, CancellationToken ct) => Median(2000, () => store.Append(
        new AppendRequest(
            [new StreamAppend(new StreamKey("acme", Guid.CreateVersion7().ToString("N")), Samples.StreamType, 0, [LogBenchmark.Types.Serialize(Sampled.Example)])],
            new EventMetadata("user:bench", "request")),
        ct));

    private static async Task<double> LoadCost(EventStore store, CancellationToken ct)
    {
        var streams = new List<string>();
        await using (var command = store.Database.CreateCommand("select id from mt_streams limit 500"))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                streams.Add(reader.GetString(0));
            }
        }

        var next = 0;
        return await Median(2000, () => store.Snapshots.Load<Samples>(new StreamKey("acme", streams[next++ % streams.Count]), ct));
    }

    private static async Task<double> Median<T>(int repetitions, Func<Task<T>> work)
    {
        var times = new List<double>(repetitions);
        for (var i = 0; i < repetitions; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Appends.Percentile(times, 0.5);
    }
}
