using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>
/// A grain whose state is the fold of a stream; its key is <c>tenant/stream</c>. It decides on its state, appends what it decided with
/// the version that it decided on, and takes the new state only when the append is committed. That the grain is active once is Orleans'
/// promise; the expected version is the proof: an activation that is out of date meets a conflict, reloads and decides again.
/// </summary>
/// <param name="aggregates">Loads states and appends events.</param>
/// <typeparam name="TState">The state.</typeparam>
public abstract class EventSourcedGrain<TState>(AggregateStore aggregates) : Grain
    where TState : Aggregate, IAggregate<TState>
{
    private const int MaxAttempts = 100;
    private const int MaxPauseMilliseconds = 20;
    private bool _outcomeUnknown;

    /// <summary>The tenant of the stream.</summary>
    protected string Tenant { get; private set; } = string.Empty;

    /// <summary>The stream within the tenant.</summary>
    protected string StreamId { get; private set; } = string.Empty;

    /// <summary>The state after every event that this activation knows of.</summary>
    protected TState State { get; private set; } = TState.Initial;

    /// <summary>The log.</summary>
    protected AggregateStore Aggregates => aggregates;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (Tenant, StreamId) = GrainKey.Parse(this.GetPrimaryKeyString());
        await Reload(cancellationToken);
    }

    /// <summary>Decides and appends.</summary>
    /// <param name="decide">
    /// A pure function of the state: the events that follow, none when there is nothing to do, or an exception to refuse. It runs again
    /// whenever the state turns out to be out of date.
    /// </param>
    /// <param name="ct">Withdraws the append while it waits.</param>
    /// <param name="bulk">Bytes to store with the events.</param>
    /// <param name="beside">Events of other streams that are stored with these or not at all; asked for anew with every decision.</param>
    /// <returns>The version afterwards.</returns>
    protected async Task<long> Raise(
        Func<TState, IReadOnlyList<IDomainEvent>> decide, CancellationToken ct, IReadOnlyList<BulkBytes>? bulk = null,
        Func<TState, Task<IReadOnlyList<StreamAppend>>>? beside = null)
    {
        if (_outcomeUnknown)
        {
            await Reload(ct);
        }

        for (var attempt = 1; ; attempt++)
        {
            IReadOnlyList<IDomainEvent> events;
            IReadOnlyList<StreamAppend> others = [];
            try
            {
                events = decide(State);
                if (events.Count > 0 && beside is not null)
                {
                    others = await beside(State);
                }
            }
            catch (Exception) when (attempt < MaxAttempts)
            {
                // A refusal is only as good as the state it is based on: another activation may have written meanwhile.
                if (!await Refresh(ct))
                {
                    throw;
                }

                continue;
            }

            if (events.Count > 0
                ? await TryAppend(StreamAppend.On(Tenant, StreamId, State, events, bulk), others, attempt, ct) : !await Refresh(ct))
            {
                return State.Version;
            }
        }
    }

    /// <summary>Runs in the turn in which a new state was committed.</summary>
    protected virtual void StateChanged()
    {
    }

    /// <summary>Makes sure that the state is the newest there is, whoever wrote it.</summary>
    protected async Task<TState> Current(CancellationToken ct)
    {
        await Refresh(ct);
        return State;
    }

    private async Task<bool> TryAppend(StreamAppend append, IReadOnlyList<StreamAppend> others, int attempt, CancellationToken ct)
    {
        try
        {
            await aggregates.Append(new AppendRequest(RequestMetadata.Current, [append, .. others]), ct);
            State = (TState)append.State;
            StateChanged();
            return true;
        }
        catch (VersionConflictException) when (attempt < MaxAttempts)
        {
            // Activations that keep meeting on one stream step aside for a moment, each for another one.
            if (attempt > 2)
            {
                await Task.Delay(Random.Shared.Next(Math.Min(attempt, MaxPauseMilliseconds)), ct);
            }

            await Reload(ct);
            return false;
        }
        catch (Exception e) when (e is not VersionConflictException)
        {
            // Whether it was stored is unknown; the next turn looks.
            _outcomeUnknown = true;
            throw;
        }
    }

    private async Task<bool> Refresh(CancellationToken ct)
    {
        var version = State.Version;
        await Reload(ct);
        return State.Version != version;
    }

    private async Task Reload(CancellationToken ct)
    {
        State = await aggregates.Load<TState>(Tenant, StreamId, ct);
        _outcomeUnknown = false;
    }
}
