using System.Collections.Concurrent;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Tests;

public sealed class SubscriptionTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_projection_counts_each_event_once_whoever_owns_it_and_however_often_it_is_cut_off()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        await Balances.CreateTable(store);
        for (var round = 0; round < 5; round++)
        {
            await using var first = Daemon(store, new Balances());
            await using var second = Daemon(store, new Balances());
            first.Start();
            second.Start();
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => store.Append($"r{round}_{i}", 0, Samples.Euro(1), Samples.Euro(2))));
        }

        await using var last = Daemon(store, new Balances());
        last.Start();
        await Caught(store, "balances:All");

        Assert.Equal(5 * 40 * 3m, await Balances.Total(store));
    }

    [Fact]
    public async Task An_event_that_cannot_be_projected_is_parked_visibly_and_the_others_are_not_held_up()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await Balances.CreateTable(store);
        await store.Append("a", 0, Samples.Euro(1), Samples.Euro(Balances.Poison), Samples.Euro(4));
        await using var daemon = Daemon(store, new Balances());
        daemon.Start();
        await Caught(store, "balances:All");

        Assert.Equal(5m, await Balances.Total(store));
        await using var parked = store.Database.CreateCommand("select seq_id, error from esa_parked_events where subscription = 'balances'");
        await using var reader = await parked.ExecuteReaderAsync(Ct);
        Assert.True(await reader.ReadAsync(Ct));
        Assert.Equal((2L, "It is poison."), (reader.GetInt64(0), reader.GetString(1)));
        Assert.False(await reader.ReadAsync(Ct));
    }

    [Fact]
    public async Task A_reaction_gets_every_event_in_order_and_goes_on_after_its_owner_is_killed()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        var seen = new ConcurrentQueue<long>();
        await using var first = Daemon(store, new Listener(seen));
        await using var second = Daemon(store, new Listener(seen));
        first.Start();
        second.Start();
        for (var i = 0; i < 30; i++)
        {
            await store.Append($"s{i}", 0, Samples.Euro(1));
            if (i % 10 == 5)
            {
                await KillOwner(database);
            }
        }

        await Caught(store, "listener:All");

        Assert.Equal(Enumerable.Range(1, 30).Select(i => (long)i), seen.Distinct().Order());
        var firstDeliveries = new HashSet<long>();
        Assert.Equal(seen.Where(firstDeliveries.Add), seen.Distinct());
    }

    [Fact]
    public async Task A_live_follower_sees_past_and_coming_events_once_even_when_it_is_slow()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await using var feed = new LiveFeed(store, NullLogger<LiveFeed>.Instance);
        for (var i = 0; i < 20; i++)
        {
            await store.Append("a", i, Samples.Euro(i));
        }

        var versions = new List<long>();
        var following = Task.Run(
            async () =>
            {
                await foreach (var recorded in feed.Follow(new StreamKey("acme", "a"), 5, Ct))
                {
                    versions.Add(recorded.Version);
                    if (recorded.Version == 1000)
                    {
                        return;
                    }

                    await Task.Delay(recorded.Version % 300 == 0 ? 200 : 0, Ct);
                }
            },
            Ct);
        for (var i = 20; i < 1000; i++)
        {
            await store.Append("a", i, Samples.Euro(i));
        }

        await following;
        Assert.Equal(Enumerable.Range(6, 995).Select(i => (long)i), versions);
    }

    private static SubscriptionDaemon Daemon(EventStore store, ISubscription subscription) => new(
        store, [subscription], new EventStoreOptions { PollInterval = TimeSpan.FromMilliseconds(50) }, NullLogger<SubscriptionDaemon>.Instance);

    private static async Task Caught(EventStore store, string shard)
    {
        var head = await store.Events.Head(Ct);
        while ((await Progression.All(store.Database, Ct)).FirstOrDefault(each => each.Name == shard)?.Sequence is not { } position || position < head)
        {
            await Task.Delay(20, Ct);
        }
    }

    private static async Task KillOwner(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var kill = source.CreateCommand(
            "select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database where locktype = 'advisory' and granted and d.datname = current_database()");
        await kill.ExecuteNonQueryAsync(Ct);
    }

    private sealed class Balances : IProjection
    {
        public const decimal Poison = 666;

        public string Name => "balances";

        public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(Deposited)];

        public static async Task CreateTable(EventStore store)
        {
            await using var command = store.Database.CreateCommand("create table balances (stream varchar primary key, balance numeric not null)");
            await command.ExecuteNonQueryAsync(Ct);
        }

        public static async Task<decimal> Total(EventStore store)
        {
            await using var command = store.Database.CreateCommand("select sum(balance) from balances");
            return (decimal)(await command.ExecuteScalarAsync(Ct))!;
        }

        public async Task Project(IReadOnlyList<Delivery> events, NpgsqlConnection connection, CancellationToken ct)
        {
            foreach (var (recorded, @event) in events)
            {
                var amount = ((Deposited)@event).Amount;
                await using var command = new NpgsqlCommand(
                    "insert into balances values ($1, $2) on conflict (stream) do update set balance = balances.balance + excluded.balance", connection)
                {
                    Parameters = { new() { Value = recorded.Stream }, new() { Value = amount } },
                };
                await command.ExecuteNonQueryAsync(ct);
                if (amount == Poison)
                {
                    throw new InvalidOperationException("It is poison.");
                }
            }
        }
    }

    private sealed class Listener(ConcurrentQueue<long> seen) : IReaction
    {
        public string Name => "listener";

        public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(Deposited)];

        public Task React(Delivery delivery, CancellationToken ct)
        {
            seen.Enqueue(delivery.Recorded.Sequence);
            return Task.CompletedTask;
        }
    }
}
