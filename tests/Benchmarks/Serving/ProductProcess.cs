using System.Diagnostics;

namespace EventSourcedAnomaly.Benchmarks.Serving;

/// <summary>The product, started as a user starts it.</summary>
internal static class ProductProcess
{
    public const string Key = "benchmark";

    /// <summary>Starts it and waits until it is ready; requests carry the administrator's key.</summary>
    /// <param name="folder">Its data directory.</param>
    /// <param name="postgres">Its database; null for one of its own.</param>
    /// <param name="ct">Stops the waiting.</param>
    public static async Task<ServedProcess> Start(string folder, string? postgres, CancellationToken ct)
    {
        var server = await ServedProcess.Start("/health/ready", port => Command(port, folder, postgres), ct)
            ?? throw new InvalidOperationException(
                "The server did not start; build it in Release first: ops/build Server EventSourcedAnomaly.Server.");
        server.Http.DefaultRequestHeaders.Add("X-API-Key", Key);
        return server;
    }

    private static ProcessStartInfo Command(int port, string folder, string? postgres)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "EventSourcedAnomaly.sln")))
        {
            root = root.Parent!;
        }

        var start = new ProcessStartInfo(Path.Combine(root.FullName, "ops", "run"));
        foreach (var (name, value) in new[]
        {
            ("PORT", $"{port}"), ("ESA_DATA_DIR", folder), ("ESA_BOOTSTRAP_API_KEY", Key),
                ("ESA_ADMIN_PASSWORD", Key), ("ESA_DEMO", "false"),
            ("ESA_WEBHOOK_ALLOW", "127.0.0.1"),
        })
        {
            start.Environment[name] = value;
        }

        if (postgres is not null)
        {
            start.Environment["ConnectionStrings__Postgres"] = postgres;
        }

        return start;
    }
}
