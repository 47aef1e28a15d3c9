using EventSourcedAnomaly.EmbeddedPostgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Log;

/// <summary>The committer beside Marten's own ways and beside raw PostgreSQL: the same server, the same run.</summary>
internal static class LogBenchmark
{
    public static Task Run(Report report, CancellationToken ct) => OnServer(
        async server =>
        {
            await Appends.Run(report, server, ct);
            await Reads.Run(report, server, ct);
        },
        ct);

    /// <summary>Runs something on a private PostgreSQL.</summary>
    public static async Task OnServer(Func<string, Task> benchmark, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("esa-bench-");
        var server = await EmbeddedPostgresServer.StartAsync(new EmbeddedPostgresOptions { DataDirectory = folder.FullName },
            NullLogger.Instance, ct);
        try
        {
            await benchmark(server.ConnectionString);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await server.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
