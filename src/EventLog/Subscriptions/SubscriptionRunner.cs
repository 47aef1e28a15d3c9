using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>
/// Runs one subscription on whichever silo holds its advisory lock. The lock, the progression and a projection's writes
/// share one connection: an owner that loses the lock can no longer commit.
/// </summary>
internal sealed partial class SubscriptionRunner(ISubscription subscription, EventStore store, EventStoreOptions options, ILogger logger)
{
    private readonly ISubscription _subscription = subscription;
    private readonly EventStore _store = store;
    private const int PageSize = 2000;
    private const int WorthParallel = 200;
    private const int Attempts = 4;
    private readonly string _shard = $"{subscription.Name}:All";
    private readonly string[]? _types = subscription is IRecordedProjection ? null : [.. store.Types.NamesOf(subscription.EventTypes)];

    private long _position = -1;

    /// <summary>How many events it has yet to deal with; null while another silo runs it.</summary>
    public (string Name, long Lag)? Lag =>
        Volatile.Read(ref _position) is >= 0 and var position ? (_subscription.Name, Math.Max(0, _store.Head.Sequence - position)) : null;

    public async Task Run(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _store.Sessions.OpenConnectionAsync(ct);
                if (await TryOwn(connection, ct))
                {
                    await Follow(connection, ct);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogStopped(e, _subscription.Name);
            }

            Volatile.Write(ref _position, -1);
            await Task.Delay(options.PollInterval, options.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryOwn(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 1))", connection)
        {
            Parameters = { new() { Value = _shard } },
        };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task Follow(NpgsqlConnection connection, CancellationToken ct)
    {
        var position = await Progression.Load(connection, _shard, ct);
        var next = Fetch(position, ct);
        await using var rebuilding = new Rebuilding(this);
        while (true)
        {
            Volatile.Write(ref _position, position);
            var page = await next;
            if (page.Reached > position)
            {
                next = Fetch(page.Reached, ct);
                await Deliver(connection, page, ct);
                position = page.Reached;
            }
            else
            {
                // Nothing to do: notice if the lock was lost with its connection.
                await Progression.Load(connection, _shard, ct);
                next = rebuilding.Active ? Fetch(position, ct) : WaitAndFetch(position, ct);
            }

            await rebuilding.Step(position, ct);
        }
    }

    // A wait with a limit, so that a lock lost with its connection is noticed on a quiet log too.
    private async Task<Page> WaitAndFetch(long position, CancellationToken ct)
    {
        await _store.Head.Beyond(position, ct).WaitAsync(options.PollInterval, options.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Fetch(position, ct);
    }

    // The next page is read and deserialised while the one before it is dealt with.
    private Task<Page> Fetch(long position, CancellationToken ct) => Fetch(position, _store.Head.Sequence, ct);

    private async Task<Page> Fetch(long position, long head, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (head <= position)
        {
            return new Page([], position);
        }

        var events = await _store.Events.Page(new EventFilter { After = position, Until = head, Types = _types }, PageSize, ct);
        var deliveries = new Delivery[events.Count];
        if (_types is null)
        {
            for (var i = 0; i < deliveries.Length; i++)
            {
                deliveries[i] = new Delivery(events[i], Untyped.Instance);
            }
        }
        else if (events.Count < WorthParallel)
        {
            for (var i = 0; i < deliveries.Length; i++)
            {
                deliveries[i] = Typed(events[i]);
            }
        }
        else
        {
            Parallel.For(0, deliveries.Length, i => deliveries[i] = Typed(events[i]));
        }

        return new Page(deliveries, events.Count == PageSize ? events[^1].Sequence : head);
    }

    private Delivery Typed(RecordedEvent recorded)
    {
        try
        {
            return new Delivery(recorded, _store.Types.Deserialize(recorded));
        }
        catch (Exception e) when (e is not UnknownEventTypeException)
        {
            return new Delivery(recorded, new Unreadable(e));
        }
    }

    private async Task Deliver(NpgsqlConnection connection, Page page, CancellationToken ct)
    {
        switch (_subscription)
        {
            case IProjection projection:
                await Project(projection.Project, connection, page, ct);
                break;
            case IRecordedProjection projection:
                await Project(
                    (deliveries, open, token) => projection.Project([.. deliveries.Select(delivery => delivery.Recorded)], open, token), connection, page, ct);
                break;
            case IReaction reaction:
                foreach (var delivery in page.Deliveries)
                {
                    await React(reaction, connection, delivery, ct);
                }

                await Progression.Save(connection, _shard, page.Reached, ct);
                break;
            default:
                throw new InvalidOperationException($"{_subscription.Name} is neither a projection nor a reaction.");
        }
    }

    private async Task Project(Projecting projection, NpgsqlConnection connection, Page page, CancellationToken ct)
    {
        if (page.Deliveries.Length == 0)
        {
            await Progression.Save(connection, _shard, page.Reached, ct);
        }
        else if (_types is null)
        {
            await ProjectOrStop(projection, connection, page, ct);
        }
        else if (!await TryProject(projection, connection, page.Deliveries, page.Reached, ct))
        {
            // Somewhere in the page is an event that cannot be projected: go one by one to find and park it.
            foreach (var delivery in page.Deliveries)
            {
                if (!await TryProject(projection, connection, [delivery], delivery.Recorded.Sequence, ct))
                {
                    await TryProject(projection, connection, [delivery], delivery.Recorded.Sequence, ct, park: true);
                }
            }

            await Progression.Save(connection, _shard, page.Reached, ct);
        }
    }

    // A projection of every event would be wrong from the first one it left out: it stops instead.
    private async Task ProjectOrStop(Projecting projection, NpgsqlConnection connection, Page page, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await projection(page.Deliveries, connection, ct);
        await Progression.Save(connection, _shard, page.Reached, ct);
        await transaction.CommitAsync(ct);
    }

    private async Task<bool> TryProject(
        Projecting projection, NpgsqlConnection connection, Delivery[] deliveries, long reached, CancellationToken ct, bool park = false)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            RequireReadable(deliveries);
            await projection(deliveries, connection, ct);
            await Progression.Save(connection, _shard, reached, ct);
            await transaction.CommitAsync(ct);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException && connection.FullState == System.Data.ConnectionState.Open)
        {
            await transaction.RollbackAsync(ct);
            if (park)
            {
                await Park(connection, deliveries[0].Recorded, e, ct);
                await Progression.Save(connection, _shard, reached, ct);
            }

            return false;
        }
    }

    private async Task React(IReaction reaction, NpgsqlConnection connection, Delivery delivery, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                RequireReadable(delivery);
                await reaction.React(delivery, ct);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                if (attempt == Attempts)
                {
                    await Park(connection, delivery.Recorded, e, ct);
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt)), options.Time, ct);
            }
        }
    }

    private static void RequireReadable(params ReadOnlySpan<Delivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            if (delivery.Event is Unreadable unreadable)
            {
                throw new InvalidDataException($"The data of event {delivery.Recorded.Sequence} does not fit its type.", unreadable.Reason);
            }
        }
    }

    private async Task Park(NpgsqlConnection connection, RecordedEvent recorded, Exception reason, CancellationToken ct)
    {
        LogParked(reason, _subscription.Name, recorded.Sequence, recorded.Type);
        await using var command = new NpgsqlCommand("""
            insert into esa_parked_events (subscription, seq_id, error) values ($1, $2, $3)
            on conflict (subscription, seq_id) do update set error = excluded.error, parked = now()
            """, connection)
        {
            Parameters = { new() { Value = _subscription.Name }, new() { Value = recorded.Sequence }, new() { Value = reason.Message } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Name} stopped; it starts again shortly")]
    private partial void LogStopped(Exception exception, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Name} parked event {Sequence} ({Type})")]
    private partial void LogParked(Exception exception, string name, long sequence, string type);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rebuild of {Name} failed; the live tables are as they were")]
    private partial void LogRebuildFailed(Exception exception, string name);

    private delegate Task Projecting(IReadOnlyList<Delivery> deliveries, NpgsqlConnection connection, CancellationToken ct);

    /// <summary>Events to deliver, and how far the log has been looked through for them.</summary>
    private readonly record struct Page(Delivery[] Deliveries, long Reached);

    /// <summary>Stands for an event that could not be deserialised, until it is its turn to be parked.</summary>
    private sealed record Unreadable(Exception Reason) : IEvent;

    /// <summary>Stands for an event whose type nobody asks for.</summary>
    private sealed record Untyped : IEvent
    {
        public static Untyped Instance { get; } = new();
    }
}
