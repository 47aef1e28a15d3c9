using System.Data.Common;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Ledger;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Features.Alerts;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Audit;
using EventSourcedAnomaly.Server.Features.Batches;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Features.Evaluations;
using EventSourcedAnomaly.Server.Features.Models;
using EventSourcedAnomaly.Server.Features.ModelTrainings;
using EventSourcedAnomaly.Server.Features.Notifications;
using EventSourcedAnomaly.Server.Features.SignIns;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Features.Webhooks;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using Npgsql;
using Quartz;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

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
        .AddSingleton<LeaderElection>()
        .AddSingleton(provider => new Silo(
            store, type => (Grain)ActivatorUtilities.CreateInstance(provider, type), provider.GetRequiredService<SiloOptions>(),
            provider.GetRequiredService<ILogger<Silo>>()));

    /// <summary>The capabilities.</summary>
    public static IServiceCollection AddProduct(this IServiceCollection services) => services
        .AddSingleton(BuildInfo.Current)
        .AddSingleton<Jobs>().AddSingleton<IReminders, QuartzReminders>()
        .AddSecurity().AddUsers().AddSessions().AddTrainingSessions()
        .AddAlerts().AddNotifications().AddWebhooks()
        .AddSingleton<TenantQueries>()
        .AddSingleton<DatasetRows>().AddSingleton<DatasetQueries>().AddSingleton<DatasetIntake>().AddSingleton<DatasetReadiness>()
        .AddSingleton<DetectorQueries>()
        .AddSingleton<ModelTrainingQueries>().AddSingleton<ModelTrainingService>().AddSingleton<TrainingSlots>().AddSingleton<TrainingData>()
        .AddSingleton<LoadedModels>().AddSingleton<DetectionService>().AddSingleton<DetectionRecord>().AddSingleton<ResultQueries>()
        .AddSingleton<RecordedDetections>().AddSingleton<AdHocModels>().AddSingleton<AdHocDetectionService>()
        .AddSingleton<ModelQueries>().AddSingleton<DetectorEvaluation>()
        .AddSingleton<BatchRows>().AddSingleton<BatchQueries>().AddSingleton<BatchService>().AddSingleton<BatchOutput>()
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
