using global::Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Ledger;

/// <summary>The parts of the ledger.</summary>
internal static class LedgerModule
{
    /// <summary>Registers them.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services) => services
        .AddSingleton<EventLedger>()
        .AddSingleton<CheckpointPublisher>()
        .ConfigureMarten((provider, options) =>
            options.Events.Subscribe(new LedgerSubscription(provider.GetRequiredService<Npgsql.NpgsqlDataSource>())));
}
