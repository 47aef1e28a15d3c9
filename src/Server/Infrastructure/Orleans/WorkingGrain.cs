using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>A grain with long work, which can be told to see to it that the work is running.</summary>
[Alias("esa.Resumable")]
public interface IResumable : IGrainWithStringKey
{
    /// <summary>Takes the work up if the state says that there is some and this activation is not at it already.</summary>
    [Alias("Resume")]
    Task Resume(CancellationToken ct);
}

/// <summary>
/// A grain whose state can say that work is under way. The activation that holds such a state does the work, off the grain's scheduler,
/// and is told of its progress by calls like any other; another silo takes it up when this one is gone. Work that the state no longer
/// asks for is cancelled.
/// </summary>
/// <param name="aggregates">Loads states and appends events.</param>
/// <param name="work">Runs the work.</param>
/// <param name="logger">Where to log.</param>
/// <typeparam name="TState">The state.</typeparam>
public abstract partial class WorkingGrain<TState>(AggregateStore aggregates, BackgroundWork work, ILogger logger)
    : EventSourcedGrain<TState>(aggregates), IResumable
    where TState : Aggregate, IAggregate<TState>
{
    private CancellationTokenSource? _cancellation;
    private Task _working = Task.CompletedTask;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        Follow();
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Cancel();
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task Resume(CancellationToken ct)
    {
        if (_working.IsCompleted)
        {
            await Current(ct);
            Follow();
        }
    }

    /// <summary>Whether a state asks for work.</summary>
    protected abstract bool NeedsWork(TState state);

    /// <summary>
    /// The work. It runs on other threads than the grain: it calls the grain by its reference and touches no field. It ends the need for
    /// itself by what it reports; if it fails without, it is taken up again.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="state">The state that asked for it.</param>
    /// <param name="ct">Stops it, quietly.</param>
    protected abstract Task Work(string tenant, TState state, CancellationToken ct);

    /// <inheritdoc/>
    protected override void StateChanged() => Follow();

    private void Follow()
    {
        if (!NeedsWork(State))
        {
            _cancellation?.Cancel();
        }
        else if (_working.IsCompleted)
        {
            _cancellation?.Dispose();
            _cancellation = new CancellationTokenSource();
            var (tenant, state) = (Tenant, State);
            _working = work.Run(ct => Guarded(tenant, state, ct), _cancellation.Token);
        }
    }

    private async Task Guarded(string tenant, TState state, CancellationToken ct)
    {
        try
        {
            RequestMetadata.Set(await Cause(tenant, state, ct));
            await Work(tenant, state, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            LogInterrupted(state.StreamId);
        }
        catch (Exception e)
        {
            LogFailed(e, state.StreamId);
        }
    }

    // The events of the work belong to the request that the newest event belongs to.
    private async Task<EventMetadata> Cause(string tenant, TState state, CancellationToken ct)
    {
        await using var session = Aggregates.Query(tenant);
        var events = await session.Events.FetchStreamAsync(state.StreamId, fromVersion: state.Version, token: ct);
        return new EventMetadata($"system:{TState.StreamType}", events.Count > 0 ? events[^1].CorrelationId : null, events.Count > 0
            ? events[^1].Id.ToString() : null);
    }

    private async Task Cancel()
    {
        if (_cancellation is { } cancellation)
        {
            await cancellation.CancelAsync();
            await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellation.Dispose();
            _cancellation = null;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Work on {Stream} ended early")]
    private partial void LogInterrupted(string stream);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Work on {Stream} failed and is taken up again")]
    private partial void LogFailed(Exception exception, string stream);
}
