using EventSourcedAnomaly.Server.Infrastructure.Compute;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Migrations;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using EventSourcedAnomaly.Server.Infrastructure.Wolverine;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>The engines of the product: Marten's event store, Orleans' grains, Wolverine's messages, and the ledger over the log.</summary>
internal static class Engines
{
    private const int MinThreads = 32;

    /// <summary>
    /// Prepares the database and registers the engines on it, with the secrets that lie beside the log. They start in this order: the
    /// silo, the messages, then what follows the log.
    /// </summary>
    /// <returns>The pools of connections; whoever asked disposes of them after the host.</returns>
    public static async Task<DatabaseConnections> AddEngines(this WebApplicationBuilder builder, DatabaseAccess database,
        ServerSettings settings, ILoggerFactory loggers, CancellationToken ct)
    {
        AllowForWork();
        var connections = new DatabaseConnections(database.ConnectionString, loggers);
        await DatabaseSchema.Prepare(connections, ct);
        var secrets = await ServerSecrets.Load(connections.Database, settings.SecretKey, ct);
        var ledgerKey = await LogKey.Load(connections.Database, secrets, settings, loggers, ct);
        builder.Services.AddSingleton(secrets).AddSingleton(ledgerKey);
        builder.Services.AddEventStore(connections).IntegrateWithMessages();
        builder.UseGrains(database.ConnectionString, settings.SiloEndpoints);
        builder.UseMessages();
        builder.Services.AddLedger()
            .AddSingleton<Computation>().AddSingleton<BackgroundWork>().AddClusterTask<IWorkSweeperGrain>().AddHostedService<ClusterTasks>()
            .AddSingleton(_ => new SubjectKeys(connections.Database))
            .AddSingleton<TenantReads>().AddSingleton<ProjectionRebuild>().AddSingleton<Progressions>()
            .AddHostedService<LogFollowers>().AddHostedService<SubscriptionRestart>();
        return connections;
    }

    // Trainings fill the processors, and the pool adds no threads while they do; requests and the heartbeats of the cluster must find one.
    private static void AllowForWork()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), ports);
    }
}
