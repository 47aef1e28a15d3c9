using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>The parts of the feature.</summary>
internal static class BatchesModule
{
    public static IServiceCollection AddBatches(this IServiceCollection services) => services
        .AddAggregate<Batch>().AddSingleton<BatchRows>().AddSingleton<BatchQueries>()
            .AddSingleton<BatchService>().AddSingleton<BatchOutput>()
        .AddSingleton<BatchWork>()
        .AddResumableWork<Batch, IBatchGrain>(state => state.Status, state => state.Status == Batch.Queued
            || state.Status == Batch.Running);
}
