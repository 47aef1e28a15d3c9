using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Wolverine.Marten;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>The parts of the feature.</summary>
internal static class AlertsModule
{
    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddAggregate<Alert>().AddAggregate<AlertRule>()
        .AddSingleton<AlertQueries>().AddSingleton<AlertWatches>().AddSingleton<AlertEvaluation>()
        .AddClusterTask<ISystemAlertsGrain>()
        .ProcessEventsWithWolverineHandlersInStrictOrder("training_alerts", options =>
        {
            options.IncludeType<TrainingSessionEpochEnded>();
            options.IncludeType<TrainingSessionMetricsRecorded>();
        })
        .PublishEventsToWolverine("alerts_follow_rules", relay =>
        {
            relay.PublishEvent<AlertRuleChanged>((changed, bus) => changed.Data.Redefined
                ? bus.PublishAsync(FollowUpAlertRule.Of(changed, null, FollowUpAlertRule.Changed)) : ValueTask.CompletedTask);
            relay.PublishEvent<AlertRuleDeleted>((deleted, bus) =>
                bus.PublishAsync(FollowUpAlertRule.Of(deleted, null, FollowUpAlertRule.Deleted)));
            relay.PublishEvent<AlertTriggered>((raised, bus) => bus.PublishAsync(FollowUpAlertRule.Of(raised, raised.Data.Terms, null)));
        });
}
