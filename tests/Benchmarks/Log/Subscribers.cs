using System.Collections.Concurrent;
using System.Diagnostics;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Subscriptions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>A projection that catches up, and how long after its commit an event reaches a handler.</summary>
internal static class Subscribers
{
    private const int Events = 100_000;
    private const string Alone = "reading and deserialising the log alone";

    public static async Task Run(Report report, string server, CancellationToken ct)
    {
        await using var store = await LogBenchmark.Open(server, ct);
        await Growth.Fill(store, Events, ct);
        await using (var create = store.Database.CreateCommand("create table counted (stream varchar primary key, count bigint not null)"))
        {
            await create.ExecuteNonQueryAsync(ct);
        }

        var raw = Stopwatch.StartNew();
        await foreach (var recorded in store.Events.All(new(), ct))
        {
            _ = store.Types.Deserialize(recorded);
        }

        var read = Events / raw.Elapsed.TotalSeconds;
        var projection = new Counting();
        await using (var daemon = new SubscriptionDaemon(store, [projection], new EventStoreOptions(), NullLogger<SubscriptionDaemon>.Instance))
        {
            var clock = Stopwatch.StartNew();
            daemon.Start();
            while (projection.Count < Events)
            {
                await Task.Delay(5, ct);
            }

            report.Add(Measurement.Of("async projection catch-up", Events / clock.Elapsed.TotalSeconds, "events/s", Alone, read));
            report.Add(Measurement.Of("projection rebuild, compared and swapped", Events / await Rebuild(daemon, projection.Name, ct), "events/s", Alone, read));
        }

        var latency = new Watching();
        await using var watching = new SubscriptionDaemon(store, [projection, latency], new EventStoreOptions(), NullLogger<SubscriptionDaemon>.Instance);
        watching.Start();
        await Latency(report, store, latency, "idle", 1, ct);
        await Latency(report, store, latency, "under load, 16 writers", 16, ct);
    }

    private static async Task<double> Rebuild(SubscriptionDaemon daemon, string name, CancellationToken ct)
    {
        await daemon.Rebuild(name, ct);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var status = (await daemon.Rebuilds(ct)).Single(rebuild => rebuild.Subscription == name);
            if (status.State == "requested")
            {
                clock.Restart();
            }

            if (status.State == "failed" || (status.State == "swapped" && status.Identical != true))
            {
                throw new InvalidOperationException($"The rebuild ended as {status.State}: {status.Error}");
            }

            if (status.State == "swapped")
            {
                return clock.Elapsed.TotalSeconds;
            }

            await Task.Delay(5, ct);
        }
    }

    private static async Task Latency(Report report, EventStore store, Watching watching, string name, int writers, CancellationToken ct)
    {
        while (watching.LastSeen < store.Head.Sequence)
        {
            await Task.Delay(5, ct);
        }

        watching.Latencies.Clear();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                for (var n = 0; clock.Elapsed < TimeSpan.FromSeconds(4); n++)
                {
                    await store.Append(
                        new AppendRequest(
                            [new StreamAppend(new StreamKey("acme", $"{name}{writer}_{n}"), Samples.StreamType, 0, [LogBenchmark.Types.Serialize(Sampled.Example with { At = DateTimeOffset.UtcNow })])],
                            new EventMetadata("user:bench")),
                        ct);
                    await Task.Delay(writers == 1 ? 10 : 5, ct);
                }
            },
            ct)));
        var latencies = watching.Latencies.ToList();
        report.Add(Measurement.Against($"append → handler, {name}, p50", Appends.Percentile(latencies, 0.5), "ms", "15 ms", 15));
        report.Add(Measurement.Against($"append → handler, {name}, p99", Appends.Percentile(latencies, 0.99), "ms", "60 ms", 60));
    }

    private sealed class Counting : IProjection
    {
        private long _count;

        public long Count => Volatile.Read(ref _count);

        public string Name => "counting";

        public IReadOnlyList<string> Tables => ["counted"];

        public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(Sampled)];

        public async Task Project(IReadOnlyList<Delivery> events, NpgsqlConnection connection, CancellationToken ct)
        {
            var rows = events.GroupBy(e => e.Recorded.Stream).ToArray();
            await using var command = new NpgsqlCommand(
                "insert into counted (stream, count) select * from unnest($1, $2) on conflict (stream) do update set count = counted.count + excluded.count", connection)
            {
                Parameters = { new() { Value = rows.Select(row => row.Key).ToArray() }, new() { Value = rows.Select(row => (long)row.Count()).ToArray() } },
            };
            await command.ExecuteNonQueryAsync(ct);
            Interlocked.Add(ref _count, events.Count);
        }
    }

    private sealed class Watching : IReaction
    {
        private long _lastSeen;

        public ConcurrentQueue<double> Latencies { get; } = new();

        public long LastSeen => Volatile.Read(ref _lastSeen);

        public string Name => "watching";

        public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(Sampled)];

        public Task React(Delivery delivery, CancellationToken ct)
        {
            Latencies.Enqueue((DateTimeOffset.UtcNow - ((Sampled)delivery.Event).At).TotalMilliseconds);
            Volatile.Write(ref _lastSeen, delivery.Recorded.Sequence);
            return Task.CompletedTask;
        }
    }
}
