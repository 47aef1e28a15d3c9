using System.Diagnostics;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Benchmarks.Log;
using EventSourcedAnomaly.EmbeddedPostgres;
using EventSourcedAnomaly.EventLog.Events;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Actors;

/// <summary>A grain that adds in memory.</summary>
public sealed class AddingGrain : Grain
{
    private long _sum;

    public ValueTask<long> Add(long by) => new(_sum += by);
}

/// <summary>A grain that appends an event at every turn.</summary>
public sealed class SamplingGrain : Grain<Samples>
{
    private static readonly EventMetadata Metadata = new("user:bench", "request");

    public ValueTask<Samples> Sample(CancellationToken ct) => Raise(Metadata, static _ => [Sampled.Example], ct);
}

/// <summary>Turns per second, without and with an append, and what a turn allocates.</summary>
internal static class ActorBenchmark
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static async Task Run(Report report, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("esa-bench-");
        var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions { DataDirectory = folder.FullName }, NullLogger.Instance, ct);
        try
        {
            await using var store = await LogBenchmark.Open(server.ConnectionString, ct);
            await using var silo = new Silo(store, type => (Grain)Activator.CreateInstance(type)!, new SiloOptions(), NullLogger<Silo>.Instance);
            await InMemory(report, silo, ct);
            await Journaled(report, silo, ct);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await server.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task InMemory(Report report, Silo silo, CancellationToken ct)
    {
        const int Callers = 256, Window = 64;
        var turns = 0L;
        await Drive(TimeSpan.FromSeconds(1));
        turns = 0;
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        await Drive(Duration);
        var seconds = clock.Elapsed.TotalSeconds;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)turns;
        report.Add(Measurement.Against("turns without append", turns / seconds, "turns/s", "1,000,000 on two cores", 1_000_000));
        report.Add(Measurement.Against("allocated by a turn", bytes, "bytes", "200 bytes", 200));

        Task Drive(TimeSpan duration)
        {
            var until = Stopwatch.StartNew();
            return Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
                async () =>
                {
                    var grain = silo.Grain<AddingGrain>("acme", $"g{caller % 64}");
                    var pending = new ValueTask<long>[Window];
                    while (until.Elapsed < duration)
                    {
                        for (var i = 0; i < Window; i++)
                        {
                            pending[i] = grain.Call(static (adding, by, _) => adding.Add(by), 1L, ct);
                        }

                        for (var i = 0; i < Window; i++)
                        {
                            await pending[i];
                        }

                        Interlocked.Add(ref turns, Window);
                    }
                },
                ct)));
        }
    }

    private static async Task Journaled(Report report, Silo silo, CancellationToken ct)
    {
        var turns = 0L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(
            async () =>
            {
                var grain = silo.Grain<SamplingGrain>("acme", $"s{caller}");
                while (clock.Elapsed < Duration)
                {
                    await grain.Call(static (sampling, _, token) => sampling.Sample(token), 0, ct);
                    Interlocked.Increment(ref turns);
                }
            },
            ct)));
        report.Add(Measurement.Against("turns with append and snapshot, 64 grains", turns / clock.Elapsed.TotalSeconds, "turns/s", "Marten with state and retries, 3,600/s", 3600));
    }
}
