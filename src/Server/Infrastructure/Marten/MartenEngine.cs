using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Domain;
using global::Marten;
using global::Marten.Services.Json.Transformations;
using JasperFx;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Npgsql;
using Weasel.Core;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>Marten as the product uses it: events, the states that they lead to, and the one committer of this silo.</summary>
internal static class MartenEngine
{
    /// <summary>Registers the event store on a database.</summary>
    /// <param name="services">The services.</param>
    /// <param name="connections">The pools of connections to the database.</param>
    public static MartenServiceCollectionExtensions.MartenConfigurationExpression AddEventStore(this IServiceCollection services,
        DatabaseConnections connections)
    {
        services
            .AddSingleton(connections.Database)
            .AddSingleton(connections)
            .AddSingleton<CommitterTelemetry>()
            .AddSingleton<RecordedEventReader>().AddSingleton<BulkStore>()
            .AddSingleton(provider =>
            {
                var mark = new HighWaterMark(
                    connections.Sessions, provider.GetRequiredService<RecordedEventReader>(), provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<HighWaterMark>>());
                provider.GetRequiredService<CommitterTelemetry>().ObserveHighWaterMark(() => mark.Sequence);
                return mark;
            })
            .AddSingleton<EventFeed>().AddSingleton<AggregateStore>()
            .AddSingleton<CommitBatch>()
            .AddSingleton(provider => new EventCommitter(
                provider.GetRequiredService<CommitBatch>(), provider.GetRequiredService<CommitterTelemetry>(),
                    provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<EventCommitter>>()));
        return services.AddMarten(provider =>
        {
            var options = new StoreOptions();
            Configure(options, connections.Database);
            return options;
        });
    }

    /// <summary>Registers a kind of aggregate: its events under their stored names, its state as a document.</summary>
    public static IServiceCollection AddAggregate<TState>(this IServiceCollection services)
        where TState : Aggregate, IAggregate<TState>
    {
        services.AddSingleton(AggregateType.Of<TState>());
        return services.ConfigureMarten(options => Register<TState>(options));
    }

    /// <summary>The settings that every store of the product has, a benchmark's or a test's too.</summary>
    public static void Configure(StoreOptions options, NpgsqlDataSource database)
    {
        options.Connection(database);
        options.DisableNpgsqlLogging = true;
        options.AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate;
        options.UseSystemTextJsonForSerialization(EventJson.Options, EnumStorage.AsString, Casing.SnakeCase);
        options.Policies.AllDocumentsAreMultiTenanted();
        options.Policies.ForAllDocuments(mapping => mapping.Metadata.CreatedAt.Enabled = true);

        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        options.Events.EnableBigIntEvents = true;
        options.Events.EnableUniqueIndexOnEventId = true;
        options.Events.UseListenNotifyForEventAppends = true;
        options.Events.MetadataConfig.CorrelationIdEnabled = true;
        options.Events.MetadataConfig.CausationIdEnabled = true;
        options.Events.MetadataConfig.HeadersEnabled = true;
        options.Events.MetadataConfig.UserNameEnabled = true;

        // Nothing is skipped: an event that this build cannot read stops whoever needs it, visibly.
        options.Projections.Errors.SkipApplyErrors = false;
        options.Projections.Errors.SkipSerializationErrors = false;
        options.Projections.Errors.SkipUnknownEvents = false;
        options.Projections.RebuildErrors.SkipApplyErrors = false;
        options.Projections.RebuildErrors.SkipSerializationErrors = false;
        options.Projections.RebuildErrors.SkipUnknownEvents = false;

        // The daemon waits while a transaction lives that could fill a gap, so a short threshold is safe.
        options.Projections.StaleSequenceThreshold = TimeSpan.FromMilliseconds(100);
    }

    /// <summary>Maps an aggregate in a store.</summary>
    public static void Register<TState>(StoreOptions options)
        where TState : Aggregate, IAggregate<TState>
    {
        options.Schema.For<TState>().Identity(state => state.StreamId)
            .Metadata(metadata => metadata.TenantId.MapTo(state => state.TenantId));
        foreach (var type in Fold<TState>.EventTypes)
        {
            options.Events.MapEventType(type, EventSchema.NameOf(type));
            foreach (var former in EventSchema.FormerNamesOf(type))
            {
                options.Events.Upcast(type, former, new JsonTransformation(
                    (serializer, reader, column) => serializer.FromJson(type, reader, column),
                    (serializer, reader, column, ct) => serializer.FromJsonAsync(type, reader, column, ct)));
            }
        }
    }
}
