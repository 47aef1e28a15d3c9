using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>The log stores an event id once, so an append of unknown outcome can be sent again.</summary>
public sealed class IdempotenceTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_event_ids_twice_are_one_append()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var request = Samples.Request(Samples.To("a", 0, new Opened("Ada"), Samples.Euro(1)));

        await store.Committer.Append(request, Ct, idempotent: true);
        await store.Append("a", 2, Samples.Euro(5));
        await store.Committer.Append(request, Ct, idempotent: true);

        Assert.Equal([1L, 2L, 3L], (await store.All()).Select(e => e.Version));
        Assert.Equal(3, (await store.Aggregates.Load<Account>("acme", "a", Ct)).Version);
    }

    [Fact]
    public async Task The_same_event_ids_at_the_same_time_on_several_silos_are_one_append()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        await using var other = await Samples.Open(database);
        var request = Samples.Request(Samples.To("a", 0, new Opened("Ada")), Samples.To("globex", "a", 0, [Samples.Euro(1)]));

        await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => (i % 2 == 0 ? store : other).Committer.Append(request, Ct, idempotent: true)));

        Assert.Equal(2, (await store.All()).Count);
    }

    [Fact]
    public async Task Without_the_wish_for_it_a_repeated_append_conflicts()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var request = Samples.Request(Samples.To("a", 0, new Opened("Ada")));
        await store.Committer.Append(request, Ct);

        await Assert.ThrowsAsync<VersionConflictException>(() => store.Committer.Append(request, Ct));

        Assert.Single(await store.All());
    }

    [Fact]
    public async Task An_event_id_cannot_stand_for_two_events()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var first = Samples.To("a", 0, Samples.Euro(1));
        await store.Committer.Append(Samples.Request(first), Ct);
        var elsewhere = Samples.To("b", 0, Samples.Euro(1)) with { EventIds = first.EventIds };
        var withMore = Samples.To("a", 1, Samples.Euro(1), Samples.Euro(2)) with { EventIds = [first.EventIds[0], Guid.CreateVersion7()] };
        var otherTenant = Samples.To("globex", "a", 0, [Samples.Euro(1)]) with { EventIds = first.EventIds };

        foreach (var reused in new[] { elsewhere, withMore, otherTenant })
        {
            var refused = await Assert.ThrowsAsync<EventIdReusedException>(() =>
                store.Committer.Append(Samples.Request(reused), Ct, idempotent: true));
            Assert.Equal(first.EventIds[0], refused.EventId);
        }

        Assert.Single(await store.All());
    }

    [Fact]
    public async Task An_event_id_twice_in_one_batch_fails_the_second_append_alone()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var twin = Guid.CreateVersion7();
        await using var held = await OrderLockHolder.Take(store.Database);
        var appends = new[] { "front", "a", "b", "c" }.Select(stream => store.Committer.Append(
            Samples.Request(Samples.To(stream, 0,
                Samples.Euro(1)) with
            {
                EventIds =
                    [stream is "a" or "b" ? twin : Guid.CreateVersion7()]
            }), Ct, idempotent: true)).ToArray();

        await held.Release();
        await Assert.ThrowsAsync<EventIdReusedException>(() => Task.WhenAll(appends));

        Assert.Equal(["a", "c", "front"], (await store.All()).Select(e => e.Stream).Order());
        Assert.Equal(0, (await store.Aggregates.Load<Account>("acme", "b", Ct)).Version);
    }

    [Fact]
    public async Task A_connection_lost_in_a_commit_is_no_reason_to_store_an_append_twice_or_not_at_all()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await using (var held = await OrderLockHolder.Take(store.Database))
        {
            var append = store.Append("a", 0, new Opened("Ada"));
            await Samples.Until(() => OrderLockHolder.IsAwaited(store.Database), "a commit at the lock");
            await store.Database.Execute("""
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'
                """);
            await Samples.Until(async () => await OrderLockHolder.IsAwaited(store.Database), "the commit at the lock again");
            await held.Release();
            await append;
        }

        Assert.Equal(1, Assert.Single(await store.Events.Stream(new StreamKey("acme", "a"), Ct)).Version);
    }
}
