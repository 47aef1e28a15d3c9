using System.Collections.Concurrent;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;
using Npgsql;

namespace EventSourcedAnomaly.Engine.Tests;

public sealed class SubscriptionTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_projection_counts_each_event_once_whoever_owns_it_and_however_often_it_is_cut_off()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await OpenWithTotals(database);
        await store.Database.Execute(Totals.Table);
        for (var round = 0; round < 5; round++)
        {
            await using var first = await OpenWithTotals(database);
            await using var second = await OpenWithTotals(database);
            await Task.WhenAll(first.StartDaemon(), second.StartDaemon());
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => store.Append($"r{round}_{i}", 0, Samples.Euro(1), Samples.Euro(2))));
        }

        await store.StartDaemon();
        await Reached(store, "totals", await Last(store));

        Assert.Equal(5 * 40 * 3m, await store.Database.Scalar<decimal>("select sum(total) from totals"));
        Assert.Equal(200, await store.Database.Scalar<long>("select count(*) from totals where total = 3"));
    }

    [Fact]
    public async Task An_event_that_cannot_be_projected_stops_its_projection_visibly_and_holds_up_nothing_else()
    {
        var seen = new ConcurrentQueue<long>();
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync(), services =>
        {
            services.AddTableProjection<Totals>();
            services.AddSeen(seen);
        });
        await store.Database.Execute(Totals.Table);
        var daemon = await store.StartDaemon();
        await store.Append("a", 0, Samples.Euro(1));
        await Reached(store, "totals", 1);

        await store.Append("a", 1, Samples.Euro(Totals.Poison));
        await store.Append("a", 2, Samples.Euro(4));

        await Samples.Until(() => Task.FromResult(daemon.HasAnyPaused()), "the projection to be stopped");
        await Samples.Until(() => Task.FromResult(seen.Count == 3), "the subscription to go on");
        Assert.Equal(1m, await store.Database.Scalar<decimal>("select total from totals"));
        Assert.Equal(1, (await new Progressions(store.Database, store.Store).All(Ct))
            .Single(progression => progression.Name == "totals").Sequence);
    }

    [Fact]
    public async Task A_subscription_gets_every_event_in_order_and_goes_on_after_its_owner_is_cut_off()
    {
        var database = await postgres.CreateDatabaseAsync();
        var seen = new ConcurrentQueue<long>();
        await using var store = await Samples.Open(database);
        for (var round = 0; round < 4; round++)
        {
            await using var owner = await Samples.Open(database, services => services.AddSeen(seen));
            await owner.StartDaemon();
            for (var i = 0; i < 10; i++)
            {
                await store.Append($"s{round}_{i}", 0, Samples.Euro(1));
            }

            var reached = seen.Count;
            await Samples.Until(() => Task.FromResult(seen.Count >= reached), "the subscription");
        }

        await using var last = await Samples.Open(database, services => services.AddSeen(seen));
        await last.StartDaemon();
        await Reached(last, "seen", await Last(store));

        Assert.Equal((await store.All()).Select(e => e.Sequence), seen.Distinct());
    }

    [Fact]
    public async Task The_mark_is_heard_of_again_after_the_loss_of_every_connection()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        for (var i = 0; i < 30; i++)
        {
            await store.Append($"s{i}", 0, Samples.Euro(1));
            if (i % 10 == 5)
            {
                await PostgresFixture.EndConnectionsAsync(database);
            }
        }

        await using var fresh = NpgsqlDataSource.Create(database + ";Pooling=false");
        var last = await fresh.Scalar<long>("select max(seq_id) from mt_events");
        await Samples.Until(() => Task.FromResult(store.Mark.Sequence == last), "the mark to be heard of again");
        Assert.Equal(30, await fresh.Scalar<long>("select count(*) from mt_events"));
    }

    [Fact]
    public async Task A_live_follower_sees_past_and_coming_events_once_even_when_it_is_slow()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var feed = store.Get<EventFeed>();
        for (var i = 0; i < 20; i++)
        {
            await store.Append("a", i, Samples.Euro(i));
        }

        var (versions, after) = (new List<long>(), (await store.All())[4].Sequence);
        var following = Task.Run(
            async () =>
            {
                await foreach (var recorded in feed.Follow(new StreamKey("acme", "a"), after, Ct))
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
            await store.Committer.Append(
                Samples.Request(Samples.To("a", i, Samples.Euro(i)), Samples.To("globex", "a", i - 20, [Samples.Euro(i)])), Ct);
        }

        await following;
        Assert.Equal(Enumerable.Range(6, 995).Select(i => (long)i), versions);
    }

    private static Task<LogStore> OpenWithTotals(string database) =>
        Samples.Open(database, services => services.AddTableProjection<Totals>());

    private static async Task<long> Last(LogStore store) => (await store.All())[^1].Sequence;

    private static Task Reached(LogStore store, string name, long sequence) => Samples.Until(
        async () => (await new Progressions(store.Database, store.Store).All(Ct))
            .SingleOrDefault(each => each.Name == name)?.Sequence >= sequence, $"{name} to reach the end of the log");
}
