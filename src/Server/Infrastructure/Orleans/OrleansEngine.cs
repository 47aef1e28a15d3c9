using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using global::Orleans.Configuration;
using global::Orleans.Serialization;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>Orleans as the product uses it: clustering and reminders on the product's PostgreSQL, one silo or many alike.</summary>
internal static class OrleansEngine
{
    private const string Cluster = "event-sourced-anomaly";
    private const string Invariant = "Npgsql";

    /// <summary>Registers the silo of this process.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionString">The database of the cluster.</param>
    /// <param name="endpoints">Where the silo listens for its peers.</param>
    public static void UseGrains(this IHostApplicationBuilder builder, string connectionString, SiloEndpoints endpoints)
    {
        var providers = new NpgsqlConnectionStringBuilder(connectionString)
        { SearchPath = "orleans", Timezone = "UTC", MaxPoolSize = 10 }.ConnectionString;
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (Cluster, Cluster));
            silo.ConfigureEndpoints(endpoints.Address, endpoints.SiloPort, endpoints.GatewayPort);
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, providers));
            silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Invariant, providers));
            silo.Configure<ClusterMembershipOptions>(ConfigureMembership);
            // A question about the place of a grain that went to a silo just as it died is asked anew.
            silo.Configure<SiloMessagingOptions>(options => options.SystemResponseTimeout = TimeSpan.FromSeconds(3));
            silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromMinutes(10));
            silo.AddActivityPropagation();
            silo.AddOutgoingGrainCallFilter<UndeliveredCallRetry>();
            silo.Services.AddSingleton<IFatalErrorHandler, EvictedSilo>();
            silo.Services.AddSerializer(serializer => serializer.AddJsonSerializer(TravelsAsJson, EventJson.Options));
        });
    }

    // Events travel between silos as they are stored, so that silos of different builds understand each other as they understand the log.
    private static bool TravelsAsJson(Type type) =>
        type == typeof(JsonElement)
            || (type.Assembly == typeof(IDomainEvent).Assembly && !type.IsDefined(typeof(GenerateSerializerAttribute), inherit: true));

    // A silo that is killed is noticed within seconds; one that starves for a moment keeps its place. A silo that is evicted by mistake
    // loses nothing: its appends meet version conflicts.
    private static void ConfigureMembership(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = options.MinProbeTimeout = TimeSpan.FromSeconds(1);
        // Three of these have to pass since a silo was last heard of.
        options.MaxProbeTimeout = TimeSpan.FromSeconds(1.5);
        options.NumMissedProbesLimit = 3;
        options.NumVotesForDeathDeclaration = 1;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
        options.DefunctSiloExpiration = TimeSpan.FromDays(1);
    }
}

/// <summary>Where a silo listens.</summary>
/// <param name="Address">The address that its peers reach it by.</param>
/// <param name="SiloPort">For other silos.</param>
/// <param name="GatewayPort">For clients of the cluster.</param>
internal sealed record SiloEndpoints(IPAddress Address, int SiloPort, int GatewayPort)
{
    /// <summary>Two ports that are free on the loopback address now.</summary>
    public static SiloEndpoints FreeOnLoopback()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return new SiloEndpoints(IPAddress.Loopback, ((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
