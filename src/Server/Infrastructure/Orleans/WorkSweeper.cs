using System.Linq.Expressions;
using EventSourcedAnomaly.Server.Domain;
using global::Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>Knows which grains have work under way by their stored state.</summary>
/// <param name="Find">The grains whose state asks for work, of all tenants.</param>
internal sealed record WorkSource(Func<IGrainFactory, IDocumentStore, CancellationToken, Task<IReadOnlyList<IResumable>>> Find)
{
    /// <summary>The states that a condition holds for.</summary>
    public static WorkSource Of<TState, TGrain>(Expression<Func<TState, bool>> needsWork)
        where TState : Aggregate
        where TGrain : IResumable => new(async (grains, store, ct) =>
        {
            await using var session = store.QuerySession();
            var states = await session.Query<TState>().Where(state => state.AnyTenant()).Where(needsWork).ToListAsync(ct);
            return [.. states.Select(state => (IResumable)grains.Of<TGrain>(state.TenantId, state.StreamId))];
        });
}

/// <summary>Registers work that is to be resumed.</summary>
internal static class ResumableWorkRegistration
{
    /// <summary>Has grains told to go on whose stored state asks for work.</summary>
    /// <param name="services">The services.</param>
    /// <param name="status">The status of a state; it gets an index, for the states are looked through every few seconds.</param>
    /// <param name="needsWork">Whether a state asks for work.</param>
    public static IServiceCollection AddResumableWork<TState, TGrain>(
        this IServiceCollection services, Expression<Func<TState, object?>> status, Expression<Func<TState, bool>> needsWork)
        where TState : Aggregate
        where TGrain : IResumable => services
        .AddSingleton(WorkSource.Of<TState, TGrain>(needsWork))
        .ConfigureMarten(options => options.Schema.For<TState>().Index(status!));
}

/// <summary>The one in the cluster who sees to it that work which a silo did not survive goes on elsewhere.</summary>
[Alias("esa.WorkSweeper")]
internal interface IWorkSweeperGrain : IClusterTask;

/// <inheritdoc cref="IWorkSweeperGrain"/>
internal sealed partial class WorkSweeperGrain(
    IEnumerable<WorkSource> sources, IDocumentStore store, TimeProvider time, ILogger<WorkSweeperGrain> logger)
    : ClusterTaskGrain(time), IWorkSweeperGrain
{
    /// <inheritdoc/>
    protected override async Task Run(CancellationToken ct)
    {
        foreach (var source in sources)
        {
            foreach (var grain in await source.Find(GrainFactory, store, ct))
            {
                try
                {
                    await grain.Resume(ct);
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    LogFailed(e, grain.GetPrimaryKeyString());
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} could not be told to go on; it is told again")]
    private partial void LogFailed(Exception exception, string grain);
}
