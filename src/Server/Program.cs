using EventSourcedAnomaly.EmbeddedPostgres;
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
using EventSourcedAnomaly.Server.Features.Provisioning;
using EventSourcedAnomaly.Server.Features.SignIns;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Features.Webhooks;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Migrations;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.Connections;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    var settings = ServerSettings.From(builder.Configuration);
    ProductLogging.Configure(builder.Logging);
    using var loggers = LoggerFactory.Create(ProductLogging.Configure);
    await using var database = await DatabaseAccess.Open(settings, loggers, CancellationToken.None);
    settings.EmptyTempDirectory();

    builder.Listen(settings);
    builder.Services.AddSingleton(settings).AddSingleton(BuildInfo.Current).AddSingleton(TimeProvider.System);
    await using var connections = await builder.AddEngines(database, settings, loggers, CancellationToken.None);
    builder.Services.AddSecurity();
    builder.Services.AddObservability(builder.Configuration);
    builder.Services.AddHttpEndpoints();
    builder.Services.AddOpenApiDocuments();

    builder.Services.AddAlerts();
    builder.Services.AddApiKeys();
    builder.Services.AddAudit();
    builder.Services.AddBatches();
    builder.Services.AddDatasets();
    builder.Services.AddDetections();
    builder.Services.AddDetectors();
    builder.Services.AddEvaluations();
    builder.Services.AddModels();
    builder.Services.AddModelTrainings();
    builder.Services.AddNotifications();
    builder.Services.AddProvisioning();
    builder.Services.AddSignIns();
    builder.Services.AddTenants();
    builder.Services.AddTrainingSessions();
    builder.Services.AddUsers();
    builder.Services.AddWebhooks();

    var app = builder.Build();
    // Before the endpoints are mapped: what they are made of reads the schema.
    await DatabaseSchema.Migrate(app.Services, CancellationToken.None);
    app.UseHttp();
    app.AnnounceReadiness();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is SettingException or EmbeddedPostgresException or SchemaMismatchException or InvalidDataException
    || e is IOException { InnerException: AddressInUseException })
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
