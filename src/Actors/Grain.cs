using EventSourcedAnomaly.EventLog;

namespace EventSourcedAnomaly.Actors;

/// <summary>
/// A virtual actor. Its methods run inside turns, one at a time, so its fields need no locks. It must not block a turn with
/// long work: such work runs as a job that calls the grain when there is something to say.
/// </summary>
public abstract class Grain
{
    private Silo? _silo;
    private Activation? _activation;

    /// <summary>Which grain this is.</summary>
    public GrainId Id => Active.Id;

    /// <summary>The log.</summary>
    protected EventStore Store => (_silo ?? throw NotActive()).Store;

    private Activation Active => _activation ?? throw NotActive();

    /// <summary>Runs before the first turn; a failure fails the turns that wait.</summary>
    protected internal virtual ValueTask OnActivate(CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Runs after the last turn.</summary>
    protected internal virtual ValueTask OnDeactivate(CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Another grain of the same tenant, called from within this turn.</summary>
    protected GrainRef<TGrain> Other<TGrain>(string key)
        where TGrain : Grain => new(_silo ?? throw NotActive(), new GrainId(Id.Tenant, typeof(TGrain), key), Active.Current);

    internal void Bind(Silo silo, Activation activation)
    {
        _silo = silo;
        _activation = activation;
    }

    private InvalidOperationException NotActive() => new($"{GetType().Name} was made outside of a silo.");
}
