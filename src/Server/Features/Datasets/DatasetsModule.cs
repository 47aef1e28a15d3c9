using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>The parts of the feature.</summary>
internal static class DatasetsModule
{
    public static IServiceCollection AddDatasets(this IServiceCollection services) => services
        .AddAggregate<Dataset>().AddSingleton<DatasetRows>().AddSingleton<DatasetQueries>().AddSingleton<DatasetIntake>()
        .AddSingleton<DatasetReadiness>().AddSingleton<DatasetVerification>()
        .AddResumableWork<Dataset, IDatasetGrain>(state => state.Status, state => !state.Deleted && state.Status == Dataset.Processing);
}
