using System.Diagnostics;
using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>Folding a stream of a thousand events, and activation from a snapshot.</summary>
internal static class Reads
{
    private const int Length = 1000;
    private const int Repetitions = 200;

    public static async Task Run(Report report, string server, CancellationToken ct)
    {
        await using var store = await LogBenchmark.Open(server, ct);
        var stream = new StreamKey("acme", "long");
        await store.Append(
            new AppendRequest(
                [new StreamAppend(stream, Samples.StreamType, 0, [.. Enumerable.Range(0, Length).Select(_ => LogBenchmark.Types.Serialize(Sampled.Example))])],
                new EventMetadata("user:bench")),
            ct);
        var raw = await Time(() => RawRead(store, stream, ct));
        var fold = await Time(() => store.Snapshots.Replay<Samples>(stream, long.MaxValue, ct));
        report.Add(Measurement.Of("live aggregation, 1,000 events", Length / fold * 1000, "events/s", "raw read + deserialise", Length / raw * 1000));

        var snapshot = new Snapshot(JsonSerializer.SerializeToUtf8Bytes(new Samples(1, 2), EventJson.Options), 1);
        for (var i = 0; i < Repetitions; i++)
        {
            await store.Append(
                new AppendRequest(
                    [new StreamAppend(new StreamKey("acme", $"snap{i}"), Samples.StreamType, 0, [LogBenchmark.Types.Serialize(Sampled.Example)], snapshot)],
                    new EventMetadata("user:bench")),
                ct);
        }

        var times = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await store.Snapshots.Load<Samples>(new StreamKey("acme", $"snap{i}"), ct);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        report.Add(Measurement.Against("activation from snapshot, p50", Appends.Percentile(times, 0.5), "ms", "1 ms", 1));
    }

    private static async Task<int> RawRead(EventStore store, StreamKey stream, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand("select data from mt_events where tenant_id = $1 and stream_id = $2 order by version");
        command.Parameters.Add(new NpgsqlParameter { Value = stream.Tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = stream.Id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var count = 0;
        while (await reader.ReadAsync(ct))
        {
            count += JsonSerializer.Deserialize<Sampled>(reader.GetFieldValue<byte[]>(0), EventJson.Options) is null ? 0 : 1;
        }

        return count;
    }

    private static async Task<double> Time<T>(Func<Task<T>> work)
    {
        var times = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await work();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Appends.Percentile(times, 0.5);
    }
}
