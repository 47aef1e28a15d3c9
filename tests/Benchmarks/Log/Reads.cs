using System.Diagnostics;
using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>Folding a stream of a thousand events, and loading a state document.</summary>
internal static class Reads
{
    private const int Length = 1000;
    private const int Repetitions = 200;
    private const string Tenant = "acme", Stream = "long";

    public static async Task Run(Report report, string server, CancellationToken ct)
    {
        await using var store = await BenchmarkStore.Open(server, ct);
        await store.Aggregates.Append(
            new AppendRequest(new EventMetadata("user:bench"),
                StreamAppend.On(Tenant, Stream, Samples.Initial, [.. Enumerable.Repeat(Sampled.Example, Length)])), ct);
        var raw = await Time(() => RawRead(store.Database, ct));
        var fold = await Time(() => Fold(store.Aggregates, ct));
        report.Add(Measurement.Of("live aggregation, 1,000 events", Length / fold * 1000, "events/s",
            "raw read + deserialise", Length / raw * 1000));
        report.Add(Measurement.Against("activation from a state document, p50",
            await Time(() => store.Aggregates.Load<Samples>(Tenant, Stream, ct)), "ms", "1 ms", 1));
    }

    private static async Task<Samples> Fold(AggregateStore aggregates, CancellationToken ct)
    {
        await using var session = aggregates.Query(Tenant);
        return await session.StateAt<Samples>(Stream, Length, ct);
    }

    private static async Task<int> RawRead(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command =
            database.CreateCommand("select data from mt_events where tenant_id = $1 and stream_id = $2 order by version");
        command.Parameters.Add(new NpgsqlParameter { Value = Tenant });
        command.Parameters.Add(new NpgsqlParameter { Value = Stream });
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
