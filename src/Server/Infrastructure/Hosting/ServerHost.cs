using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Ledger;
using EventSourcedAnomaly.EventLog.Schema;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>
/// The whole product in one process: database, log, silo, subscriptions, jobs, HTTP. Started in that order, stopped in the
/// opposite one.
/// </summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private const long LargestBody = 64L << 20;

    private readonly DatabaseAccess _database;
    private readonly EventStore _store;
    private readonly WebApplication _app;

    private ServerHost(DatabaseAccess database, EventStore store, WebApplication app)
    {
        _database = database;
        _store = store;
        _app = app;
    }

    /// <summary>Where it serves.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>The parts of the product.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts everything.</summary>
    /// <param name="overrides">Settings that win over the environment.</param>
    /// <param name="ct">Stops the start.</param>
    public static async Task<ServerHost> Start(IReadOnlyDictionary<string, string?> overrides, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(overrides);
        var settings = ServerSettings.From(builder.Configuration);
        ConfigureLogging(builder.Logging);
        using var loggers = LoggerFactory.Create(ConfigureLogging);
        var database = await DatabaseAccess.Open(settings, loggers, ct);
        try
        {
            EmptyDirectory(settings.TempDirectory);
            var options = new EventStoreOptions();
            var store = await EventStore.Open(
                database.ConnectionString, EventTypes.From([typeof(ServerHost).Assembly]), Migration.Embedded(typeof(ServerHost).Assembly, "server"), options, loggers, ct);
            var secrets = await ServerSecrets.Load(store.Database, settings.SecretKey, ct);
            var ledgerKey = await LogKey.Load(store.Database, secrets, settings, loggers, ct);
            var reads = await TenantReads.Open(database.ConnectionString, loggers.CreateLogger<TenantReads>(), ct);
            builder.Services.AddSingleton(_ => reads);
            builder.Services.AddSingleton(settings).AddSingleton(secrets).AddEngines(store, options, ledgerKey).AddProduct().AddSubscriptions()
                .AddJobs(database.ConnectionString);
            ConfigureHttp(builder, settings);
            var app = builder.Build();
            app.UseMiddleware<RequestObservation>();
            app.UseMiddleware<RequestContextMiddleware>();
            app.UseOpenApiReaders();
            app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15) });
            app.UseRouting();
            app.UseMiddleware<Authentication>();
            app.UseMiddleware<RateLimiting>();
            app.UseMiddleware<Authorization>();
            app.MapProduct();
            var host = new ServerHost(database, store, app);
            await host.Begin(ct);
            return host;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Serves until the process is told to stop.</summary>
    public Task Run() => _app.WaitForShutdownAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.Services.GetRequiredService<SubscriptionDaemon>().Stop();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task Begin(CancellationToken ct)
    {
        await _store.Attachments.DeleteOrphans(TimeSpan.FromDays(1), ct);
        await _app.Services.GetRequiredService<FirstStart>().Run(ct);
        await _app.StartAsync(ct);
        _app.Services.GetRequiredService<SubscriptionDaemon>().Start();
        _app.Services.GetRequiredService<CheckpointPublisher>().Start();
    }

    // What a server that was killed was reading: its clients have no answer, and the directory is this server's alone.
    private static void EmptyDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Directory.CreateDirectory(path);
    }

    private static void ConfigureHttp(WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.WebHost.UseUrls($"http://{settings.Host}:{settings.Port}");
        builder.Services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
    }

    private static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddJsonConsole(console =>
        {
            console.IncludeScopes = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddFilter("Quartz", LogLevel.Warning);
    }
}
