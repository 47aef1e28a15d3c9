using System.Data.Common;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Ledger;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Alerts;
using EventSourcedAnomaly.Server.Audit;
using EventSourcedAnomaly.Server.Batches;
using EventSourcedAnomaly.Server.Datasets;
using EventSourcedAnomaly.Server.Detection;
using EventSourcedAnomaly.Server.Detectors;
using EventSourcedAnomaly.Server.Evaluations;
using EventSourcedAnomaly.Server.Models;
using EventSourcedAnomaly.Server.Notifications;
using EventSourcedAnomaly.Server.Observability;
using EventSourcedAnomaly.Server.OpenApi;
using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Sessions;
using EventSourcedAnomaly.Server.Tenants;
using EventSourcedAnomaly.Server.Training;
using EventSourcedAnomaly.Server.TrainingSessions;
using EventSourcedAnomaly.Server.Users;
using EventSourcedAnomaly.Server.Webhooks;
using Npgsql;
using Quartz;

namespace EventSourcedAnomaly.Server.Hosting;

/// <summary>Every part of the product and what it needs; a new capability adds its line to each list.</summary>
internal static class ProductServices
{
    private const string JobStore = "jobs";
    private const int JobThreads = 4;

    // One for each thread, and for the scheduler, its check-ins and its misfires.
    private const int JobConnections = JobThreads + 4;

    /// <summary>The engines, as this process runs them.</summary>
    public static IServiceCollection AddEngines(this IServiceCollection services, EventStore store, EventStoreOptions options, LedgerKey ledgerKey) => services
        .AddSingleton(ledgerKey)
        .AddSingleton<EventLedger>()
        .AddSingleton<CheckpointPublisher>()
        .AddSingleton<ICheckpointSink, CheckpointFile>()
        .AddSingleton<ICheckpointSink, CheckpointWebhook>()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(options)
        .AddSingleton(new SiloOptions())
        .AddSingleton(store)
        .AddSingleton<LiveFeed>()
        .AddSingleton<SubscriptionDaemon>()
        .AddSingleton<SoleOwner>()
        .AddSingleton(provider => new Silo(
            store, type => (Grain)ActivatorUtilities.CreateInstance(provider, type), provider.GetRequiredService<SiloOptions>(),
            provider.GetRequiredService<ILogger<Silo>>()));

    /// <summary>The capabilities.</summary>
    public static IServiceCollection AddProduct(this IServiceCollection services) => services
        .AddSingleton(BuildInfo.Current)
        .AddSingleton<Jobs>().AddSingleton<IReminders, QuartzReminders>()
        .AddSecurity().AddUsers().AddSessions().AddTrainingSessions()
        .AddAlerts().AddNotifications().AddWebhooks()
        .AddSingleton<TenantViews>()
        .AddSingleton<DatasetRows>().AddSingleton<DatasetViews>().AddSingleton<DatasetIntake>().AddSingleton<DatasetReadiness>()
        .AddSingleton<DetectorViews>()
        .AddSingleton<TrainingViews>().AddSingleton<TrainingDesk>().AddSingleton<TrainingSlots>().AddSingleton<TrainingData>()
        .AddSingleton<LoadedModels>().AddSingleton<DetectionDesk>().AddSingleton<DetectionRecord>().AddSingleton<ResultViews>()
        .AddSingleton<RecordedRows>().AddSingleton<AdHocModels>().AddSingleton<AdHocDesk>()
        .AddSingleton<ModelViews>().AddSingleton<DetectorEvaluation>()
        .AddSingleton<BatchRows>().AddSingleton<BatchViews>().AddSingleton<BatchDesk>().AddSingleton<BatchOutput>()
        .AddSingleton<StreamStates>().AddSingleton(provider => new SubjectKeys(provider.GetRequiredService<EventStore>().Database))
        .AddObservability().AddOpenApiDocuments()
        .AddSingleton<FirstStart>().AddSingleton<DemoTenant>();

    /// <summary>What follows the log.</summary>
    public static IServiceCollection AddSubscriptions(this IServiceCollection services) => services
        .AddSingleton<ISubscription, ApiKeyExpiry>()
        .AddSingleton<ISubscription, DatasetVerificationDispatch>()
        .AddSingleton<ISubscription, TrainingDispatch>()
        .AddSingleton<ISubscription, DetectorFollowsTraining>()
        .AddSingleton<ISubscription, BatchDispatch>()
        .AddSingleton<ISubscription, DetectionStatistics>()
        .AddSingleton<ISubscription, LedgerIntegration>();

    /// <summary>The job store that all silos of the database share.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, string connectionString) => services
        // Named, or its metrics would be labelled with the connection string.
        .AddKeyedSingleton<DbDataSource>(JobStore, (_, _) => new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = JobConnections }.ConnectionString)
        { Name = JobStore }.Build())
        .AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler => scheduler.GenerateInstanceId = true);
            quartz.UseDefaultThreadPool(JobThreads);
            quartz.UsePersistentStore(jobs =>
            {
                jobs.UsePostgres(database => database.DataSourceServiceKey = JobStore);
                jobs.ProvisionSchema();
                jobs.UseClustering(cluster =>
                {
                    cluster.CheckinInterval = TimeSpan.FromSeconds(2);
                    cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(4);
                });
            });
        })
        .AddQuartzHostedService(host => host.WaitForJobsToComplete = false);

    /// <summary>The paths.</summary>
    public static void MapProduct(this IEndpointRouteBuilder routes)
    {
        routes.MapSecurity();
        routes.MapUsers();
        routes.MapSessions();
        routes.MapTenants();
        routes.MapDatasets();
        routes.MapDetectors();
        routes.MapTraining();
        routes.MapTrainingSessions();
        routes.MapAlerts();
        routes.MapNotifications();
        routes.MapWebhooks();
        routes.MapDetection();
        routes.MapBatches();
        routes.MapModels();
        routes.MapEvaluations();
        routes.MapAudit();
        routes.MapObservability();
        routes.MapOpenApiDocuments();
    }
}
