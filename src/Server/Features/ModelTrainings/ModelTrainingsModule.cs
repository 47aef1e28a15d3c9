using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>The parts of the feature.</summary>
internal static class ModelTrainingsModule
{
    public static IServiceCollection AddModelTrainings(this IServiceCollection services) => services
        .AddAggregate<ModelTraining>().AddSingleton<ModelTrainingQueries>().AddSingleton<ModelTrainingService>()
        .AddSingleton<TrainingSlots>().AddSingleton<TrainingData>().AddSingleton<ModelTrainingWork>()
        .AddResumableWork<ModelTraining, IModelTrainingGrain>(state => state.Status, state =>
            state.Status == ModelTraining.Started || state.Status == ModelTraining.Training);
}
