using global::Marten;
using global::Wolverine;
using global::Wolverine.ErrorHandling;
using global::Wolverine.Marten;
using JasperFx.CodeGeneration;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Wolverine;

/// <summary>Wolverine as the product uses it: on Marten's database, with durable local queues, retries and dead letters.</summary>
internal static class WolverineEngine
{
    /// <summary>The schema of its tables.</summary>
    public const string Schema = "wolverine";

    /// <summary>Has Wolverine keep its messages in Marten's database and share out Marten's subscriptions among the silos.</summary>
    public static MartenServiceCollectionExtensions.MartenConfigurationExpression IntegrateWithMessages(
        this MartenServiceCollectionExtensions.MartenConfigurationExpression marten) => marten.IntegrateWithWolverine(integration =>
        {
            integration.MessageStorageSchemaName = Schema;
            integration.UseWolverineManagedEventSubscriptionDistribution = true;
        });

    /// <summary>Registers it.</summary>
    public static void UseMessages(this IHostApplicationBuilder builder) => builder.UseWolverine(options =>
    {
        options.ServiceName = "event-sourced-anomaly";
        options.ApplicationAssembly = typeof(WolverineEngine).Assembly;
        // The adapters between messages and their handlers are compiled into the product (Internal/Generated), so that no compiler runs at
        // the start. In development they are made anew where a handler has changed.
        options.CodeGeneration.TypeLoadMode = builder.Environment.IsDevelopment() ? TypeLoadMode.Auto : TypeLoadMode.Static;
        options.CodeGeneration.AlwaysUseServiceLocationFor<IGrainFactory>();
        options.Policies.UseDurableLocalQueues();
        options.Policies.AutoApplyTransactions();

        // A silo that is killed has its messages and subscriptions taken over within seconds.
        options.Durability.HealthCheckPollingTime = TimeSpan.FromSeconds(1);
        options.Durability.FirstHealthCheckExecution = TimeSpan.FromMilliseconds(500);
        options.Durability.CheckAssignmentPeriod = TimeSpan.FromSeconds(1);
        options.Durability.StaleNodeTimeout = TimeSpan.FromSeconds(5);
        options.Durability.ScheduledJobPollingTime = TimeSpan.FromSeconds(1);
        options.Durability.KeepAfterMessageHandling = TimeSpan.FromMinutes(30);
        options.Durability.DeadLetterQueueExpirationEnabled = true;
        options.Durability.DeadLetterQueueExpiration = TimeSpan.FromDays(30);

        options.OnException<NpgsqlException>()
            .RetryWithCooldown(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2))
            .Then.ScheduleRetry(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
        options.OnException<Exception>(e => e is not OperationCanceledException)
            .RetryWithCooldown(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400),
                TimeSpan.FromSeconds(1)).Then.MoveToErrorQueue();
    });
}
