using EventSourcedAnomaly.EventLog.Events;
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
    private readonly EventStoreOptions _options = options;
    private const int Attempts = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan SaveAtLeast = TimeSpan.FromMilliseconds(250);
    private readonly string _shard = $"{subscription.Name}:All";

    private long _position = -1;
    private long _delivered;
    private long _saved;
    private long _remembered;

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
            await Task.Delay(_options.PollInterval, _options.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryOwn(NpgsqlConnection connection, CancellationToken ct)
    {
        // What is lost in a crash is lost together with its progression, and done again: no commit has to wait for the disk.
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 1)), set_config('synchronous_commit', 'off', false)", connection)
        {
            Parameters = { new() { Value = _shard } },
        };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task Follow(NpgsqlConnection connection, CancellationToken ct)
    {
        var position = _remembered = await Progression.Load(connection, _shard, ct);
        await using var pages = new PageReader(_subscription, _store);
        await using var rebuilding = new Rebuilding(this);
        while (true)
        {
            Volatile.Write(ref _position, position);
            var page = await pages.Next(position, _store.Head.Sequence, ct);
            if (page.Reached > position)
            {
                if (page.Deliveries.Length > 0)
                {
                    await Deliver(connection, page, ct);
                    _remembered = page.Reached;
                }
                else
                {
                    await PassOver(connection, page.Reached, ct);
                }

                position = page.Reached;
                _delivered = _options.Time.GetTimestamp();
            }
            else if (!rebuilding.Active && !await Woken(position, ct))
            {
                // A quiet log: nothing is owed any more, and a lock lost with its connection is noticed.
                await (_remembered < position ? Save(connection, position, ct) : Progression.Load(connection, _shard, ct));
            }

            await rebuilding.Step(position, ct);
        }
    }

    // Events that nobody here asked for need no remembering at once: to pass over them again does nothing.
    private async Task PassOver(NpgsqlConnection connection, long reached, CancellationToken ct)
    {
        if (_options.Time.GetElapsedTime(_saved) > SaveAtLeast)
        {
            await Save(connection, reached, ct);
        }
    }

    private async Task Save(NpgsqlConnection connection, long position, CancellationToken ct)
    {
        await Progression.Save(connection, _shard, position, ct);
        (_remembered, _saved) = (position, _options.Time.GetTimestamp());
    }

    // Under load the events of a few milliseconds make one page, which is much cheaper than a page for each commit.
    private async Task<bool> Woken(long position, CancellationToken ct)
    {
        try
        {
            await _store.Head.Beyond(position, ct).WaitAsync(_options.PollInterval, _options.Time, ct);
        }
        catch (TimeoutException)
        {
            return false;
        }

        var since = _options.Time.GetElapsedTime(_delivered);
        if (since < Pause)
        {
            await Task.Delay(Pause - since, _options.Time, ct);
        }

        return true;
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
        if (_subscription is IRecordedProjection)
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

                await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt)), _options.Time, ct);
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
}
