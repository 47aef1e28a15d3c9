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
    private const int PageSize = 500;
    private const int Attempts = 4;
    private readonly string _shard = $"{subscription.Name}:All";
    private readonly string[] _types =
        [.. store.Types.NamesOf(subscription.EventTypes)];

    public async Task Run(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await store.Database.OpenConnectionAsync(ct);
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
                LogStopped(e, subscription.Name);
            }

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
        while (true)
        {
            // A wait with a limit, so that a lock lost with its connection is noticed on a quiet log too.
            await store.Head.Beyond(position, ct).WaitAsync(TimeSpan.FromSeconds(5), options.Time, ct)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ct.ThrowIfCancellationRequested();
            var head = store.Head.Sequence;
            var page = await EventReader.Page(connection, new EventFilter { After = position, Until = head, Types = _types }, PageSize, ct);
            var next = page.Count == PageSize ? page[^1].Sequence : Math.Max(head, position);
            if (next > position)
            {
                await Deliver(connection, page, next, ct);
                position = next;
            }
        }
    }

    private async Task Deliver(NpgsqlConnection connection, IReadOnlyList<RecordedEvent> page, long next, CancellationToken ct)
    {
        switch (subscription)
        {
            case IProjection projection:
                await Project(projection, connection, page, next, ct);
                break;
            case IReaction reaction:
                foreach (var recorded in page)
                {
                    await React(reaction, connection, recorded, ct);
                }

                await Progression.Save(connection, _shard, next, ct);
                break;
            default:
                throw new InvalidOperationException($"{subscription.Name} is neither a projection nor a reaction.");
        }
    }

    private async Task Project(
        IProjection projection, NpgsqlConnection connection, IReadOnlyList<RecordedEvent> page, long next, CancellationToken ct)
    {
        if (page.Count > 0 && !await TryProject(projection, connection, page, next, ct))
        {
            // Somewhere in the page is an event that cannot be projected: go one by one to find and park it.
            foreach (var recorded in page)
            {
                if (!await TryProject(projection, connection, [recorded], recorded.Sequence, ct))
                {
                    await TryProject(projection, connection, [recorded], recorded.Sequence, ct, park: true);
                }
            }
        }

        await Progression.Save(connection, _shard, next, ct);
    }

    private async Task<bool> TryProject(
        IProjection projection, NpgsqlConnection connection, IReadOnlyList<RecordedEvent> events, long next, CancellationToken ct, bool park = false)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            var deliveries = events.Select(recorded => new Delivery(recorded, store.Types.Deserialize(recorded))).ToArray();
            await projection.Project(deliveries, connection, ct);
            await Progression.Save(connection, _shard, next, ct);
            await transaction.CommitAsync(ct);
            return true;
        }
        catch (Exception e) when (e is not (UnknownEventTypeException or OperationCanceledException) && connection.FullState == System.Data.ConnectionState.Open)
        {
            await transaction.RollbackAsync(ct);
            if (park)
            {
                await Park(connection, events[0], e, ct);
                await Progression.Save(connection, _shard, next, ct);
            }

            return false;
        }
    }

    private async Task React(IReaction reaction, NpgsqlConnection connection, RecordedEvent recorded, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await reaction.React(new Delivery(recorded, store.Types.Deserialize(recorded)), ct);
                return;
            }
            catch (Exception e) when (e is not UnknownEventTypeException && !ct.IsCancellationRequested)
            {
                if (attempt == Attempts)
                {
                    await Park(connection, recorded, e, ct);
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100 * (1 << attempt)), options.Time, ct);
            }
        }
    }

    private async Task Park(NpgsqlConnection connection, RecordedEvent recorded, Exception reason, CancellationToken ct)
    {
        LogParked(reason, subscription.Name, recorded.Sequence, recorded.Type);
        await using var command = new NpgsqlCommand("""
            insert into esa_parked_events (subscription, seq_id, error) values ($1, $2, $3)
            on conflict (subscription, seq_id) do update set error = excluded.error, parked = now()
            """, connection)
        {
            Parameters = { new() { Value = subscription.Name }, new() { Value = recorded.Sequence }, new() { Value = reason.Message } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Name} stopped; it starts again shortly")]
    private partial void LogStopped(Exception exception, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Subscription {Name} parked event {Sequence} ({Type})")]
    private partial void LogParked(Exception exception, string name, long sequence, string type);
}
