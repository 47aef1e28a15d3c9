using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EmbeddedPostgres;
using EventSourcedAnomaly.EventLog.Events;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>A typical event of the product in size and shape.</summary>
public sealed record Sampled(string Id, string Name, double Score, double Threshold, string ModelSha256, IReadOnlyList<string> FeatureNames, DateTimeOffset At) : IEvent
{
    public static Sampled Example { get; } = new(
        "result_0190f1a2b3c4d5e6f708192a3b4c5d6e", "throughput", 0.731, 0.5, "ee655119b6c8a09a540f546383fa0e8d226de2908b079fc0a6b9de75aa3dfff9",
        ["cpu", "memory", "requests", "errors"], new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
}

/// <summary>The state of such a stream.</summary>
public sealed record Samples(long Count, double Sum) : IAggregate<Samples>
{
    public static string StreamType => "samples";

    public static Samples Initial { get; } = new(0, 0);

    public Samples Apply(Sampled e) => new(Count + 1, Sum + e.Score);
}

/// <summary>The log beside raw PostgreSQL: the same server, the same tables, the same run.</summary>
internal static class LogBenchmark
{
    public static readonly EventTypes Types = EventTypes.From([typeof(Sampled).Assembly]);

    public static async Task Run(Report report, IReadOnlyList<string> options, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("esa-bench-");
        var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions { DataDirectory = folder.FullName, NativePackagesDirectory = Native() }, NullLogger.Instance, ct);
        try
        {
            await Appends.Run(report, server.ConnectionString, ct);
            await Reads.Run(report, server.ConnectionString, ct);
            await Subscribers.Run(report, server.ConnectionString, ct);
            await Growth.Run(report, server.ConnectionString, options.Contains("--full") ? 10_000_000 : 300_000, ct);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await server.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A log on a fresh database.</summary>
    public static async Task<EventStore> Open(string server, CancellationToken ct, string? name = null)
    {
        name ??= $"bench_{Guid.CreateVersion7():N}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(ct);
        await using (var create = new NpgsqlCommand($"create database {name}", connection))
        {
            await create.ExecuteNonQueryAsync(ct);
        }

        var database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        return await EventStore.Open(database, Types, [], new EventStoreOptions(), NullLoggerFactory.Instance, ct);
    }

    private static string? Native()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (Directory.Exists(Path.Combine(directory.FullName, "ops", "native", "node_modules")))
            {
                return Path.Combine(directory.FullName, "ops", "native");
            }
        }

        return null;
    }
}
