using System.Diagnostics;
using EventSourcedAnomaly.Benchmarks.Log;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventSourcedAnomaly.Benchmarks.Actors;

/// <summary>Grain calls without and with an append, and activations from a state document.</summary>
internal static class ActorBenchmark
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3), Duration = TimeSpan.FromSeconds(4);

    public static Task Run(Report report, CancellationToken ct) => LogBenchmark.OnServer(
        async server =>
        {
            await using var connections = new DatabaseConnections(await BenchmarkStore.NewDatabase(server, ct), NullLoggerFactory.Instance);
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(TimeProvider.System).AddEventStore(connections);
            builder.Services.AddAggregate<Samples>();
            var endpoints = SiloEndpoints.FreeOnLoopback();
            builder.UseOrleans(silo => silo.UseLocalhostClustering(endpoints.SiloPort, endpoints.GatewayPort));
            using var host = builder.Build();
            await host.Services.GetRequiredService<IDocumentStore>().Storage.ApplyAllConfiguredChangesToDatabaseAsync();
            await host.StartAsync(ct);
            var grains = host.Services.GetRequiredService<IGrainFactory>();
            await Calls(report, grains);
            await Turns(report, grains);
            await Activations(report, grains);
            await host.StopAsync(ct);
        },
        ct);

    private static async Task Calls(Report report, IGrainFactory grains)
    {
        await Drive(256, WarmUp, Call);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var (rate, calls) = await Drive(256, Duration, Call);
        report.Add(Measurement.Against("grain calls without append, 256 callers", rate, "calls/s", "100,000 on two cores", 100_000));
        report.Add(new Measurement("allocated by a call", (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)calls, "bytes"));

        async Task Call(int caller, long _) => await grains.GetGrain<IAddingGrain>($"g{caller % 64}").Add(1);
    }

    private static async Task Turns(Report report, IGrainFactory grains)
    {
        await Drive(64, WarmUp, Call);
        var (rate, _) = await Drive(64, Duration, Call);
        report.Add(Measurement.Against("turns with append and state document, 64 grains", rate, "turns/s",
            "Marten with state and retries, 3,600/s", 3600));

        Task Call(int caller, long _) => grains.Of<ISamplingGrain>("acme", $"s{caller}").Sample();
    }

    private static async Task Activations(Report report, IGrainFactory grains)
    {
        var (rate, _) = await Drive(64, Duration, (caller, n) => grains.Of<ISamplingGrain>("acme", $"new{caller}_{n}").Sample());
        report.Add(new Measurement("activations with their first append, 64 callers", rate, "activations/s"));
    }

    private static async Task<(double Rate, long Calls)> Drive(int callers, TimeSpan duration, Func<int, long, Task> call)
    {
        var calls = 0L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var n = 0L; clock.Elapsed < duration; n++)
            {
                await call(caller, n);
                Interlocked.Increment(ref calls);
            }
        })));
        return (calls / clock.Elapsed.TotalSeconds, calls);
    }
}
