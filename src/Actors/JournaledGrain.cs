using System.Text.Json;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Actors;

/// <summary>
/// A grain whose state is the fold of a stream. It decides on its state, appends what it decided with the version that it
/// decided on, and takes the new state only when the append is committed. When another silo wrote in between, it reloads and
/// decides again.
/// </summary>
/// <typeparam name="TState">The state.</typeparam>
public abstract class Grain<TState> : Grain
    where TState : class, IAggregate<TState>
{
    private const int Attempts = 100;
    private const int LongestPause = 20;
    private bool _doubtful;

    /// <summary>The state after every event that this activation knows of.</summary>
    protected TState State { get; private set; } = TState.Initial;

    /// <summary>How many events led to <see cref="State"/>.</summary>
    protected long Version { get; private set; }

    private StreamKey Stream => new(Id.Tenant, Id.Key);

    /// <inheritdoc/>
    protected internal override ValueTask OnActivate(CancellationToken ct) => Reload(ct);

    /// <summary>Decides and appends.</summary>
    /// <param name="metadata">Who asked, in which request.</param>
    /// <param name="decide">
    /// A pure function of the state: the events that follow, none when there is nothing to do, or an exception to refuse. It
    /// runs again whenever the state turns out to be out of date.
    /// </param>
    /// <param name="ct">Withdraws the append while it waits.</param>
    /// <param name="attachments">Bytes to store with the events.</param>
    /// <returns>The state afterwards.</returns>
    protected async ValueTask<TState> Raise(
        EventMetadata metadata, Func<TState, IReadOnlyList<IEvent>> decide, CancellationToken ct, IReadOnlyList<Attachment>? attachments = null)
    {
        if (_doubtful)
        {
            await Reload(ct);
        }

        for (var attempt = 1; ; attempt++)
        {
            IReadOnlyList<IEvent> events;
            try
            {
                events = decide(State);
            }
            catch (Exception) when (attempt < Attempts)
            {
                // A refusal is only as good as the state it is based on: another silo may have written meanwhile.
                if (!await Refresh(ct))
                {
                    throw;
                }

                continue;
            }

            if (events.Count > 0 ? await TryAppend(events, metadata, attachments, attempt, ct) : !await Refresh(ct))
            {
                return State;
            }
        }
    }

    /// <summary>Makes sure that the state is the newest there is, whoever wrote it.</summary>
    protected async ValueTask<TState> Current(CancellationToken ct)
    {
        await Refresh(ct);
        return State;
    }

    private async ValueTask<bool> TryAppend(
        IReadOnlyList<IEvent> events, EventMetadata metadata, IReadOnlyList<Attachment>? attachments, int attempt, CancellationToken ct)
    {
        var next = Fold<TState>.Apply(State, events);
        var snapshot = new Snapshot(JsonSerializer.SerializeToUtf8Bytes(next, EventJson.Options), TState.SnapshotVersion);
        var data = new EventData[events.Count];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = Store.Types.Serialize(events[i]);
        }

        try
        {
            var result = await Store.Append(
                new AppendRequest([new StreamAppend(Stream, TState.StreamType, Version, data, snapshot, attachments)], metadata), ct);
            State = next;
            Version = result.Version;
            return true;
        }
        catch (VersionConflictException) when (attempt < Attempts)
        {
            // Silos that keep meeting on one stream step aside for a moment, each for another one.
            if (attempt > 2)
            {
                await Task.Delay(Random.Shared.Next(Math.Min(attempt, LongestPause)), ct);
            }

            await Reload(ct);
            return false;
        }
        catch (Exception e) when (e is not VersionConflictException)
        {
            // Whether it was stored is unknown; the next turn looks.
            _doubtful = true;
            throw;
        }
    }

    private async ValueTask<bool> Refresh(CancellationToken ct)
    {
        var version = Version;
        await Reload(ct);
        return Version != version;
    }

    private async ValueTask Reload(CancellationToken ct)
    {
        (State, Version) = await Store.Snapshots.Load<TState>(Stream, ct);
        _doubtful = false;
    }
}
