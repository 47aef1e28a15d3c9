using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Wolverine.Marten;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>The parts of the feature.</summary>
internal static class TrainingSessionsModule
{
    public static IServiceCollection AddTrainingSessions(this IServiceCollection services) => services
        .AddAggregate<TrainingSession>()
        .AddSingleton<ConfigurationRoot>().AddSingleton<TrainingSessionQueries>().AddSingleton<MetricPoints>().AddSingleton<EpochRows>()
        .AddSingleton<SessionFeed>().AddSingleton<EpochWork>()
        .AddResumableWork<TrainingSession, ITrainingSessionGrain>(state => state.Status, state =>
            state.Status == TrainingSession.Running && state.Creation!.Configuration.Plan != null)
        .AddSingleton<CheckpointBytes>().AddSingleton<CheckpointIntake>()
            .AddSingleton<CheckpointQueries>().AddHostedService<CheckpointSweep>()
        .PublishEventsToWolverine("checkpoint_removal", relay => relay.PublishEvent<CheckpointRemoved>((removed, bus) =>
            bus.PublishAsync(new RemoveCheckpointBytes(removed.TenantId, removed.StreamKey!, removed.Data.Id))));
}
