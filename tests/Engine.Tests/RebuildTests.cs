using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedAnomaly.Engine.Tests;

public sealed class RebuildTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_projection_is_rebuilt_beside_the_live_one_proven_equal_and_swapped_while_events_come()
    {
        await using var store = await Open();
        for (var i = 0; i < 300; i++)
        {
            await store.Append($"s{i % 40}_{i}", 0, Samples.Euro(i), Samples.Euro(1));
        }

        await store.StartDaemon();
        var rebuilding = Rebuild(store);
        for (var i = 0; i < 100; i++)
        {
            await store.Append($"late{i}", 0, Samples.Euro(2));
        }

        var rebuild = await rebuilding;

        Assert.Equal(("swapped", true, null), (rebuild.State, rebuild.Identical, rebuild.Error));
        await store.Append("after", 0, Samples.Euro(7));
        await Samples.Until(async () => await Total(store, "after") == 7, "the live projection to go on in the rebuilt table");
        Assert.Equal(401, await store.Database.Scalar<long>("select count(*) from totals"));
        Assert.Equal(0,
            await store.Database.Scalar<long>("select count(*) from information_schema.schemata where schema_name like 'rebuild%'"));
    }

    [Fact]
    public async Task Tenants_are_kept_apart_by_a_rebuild()
    {
        await using var store = await Open();
        await store.Committer.Append(
            Samples.Request(Samples.To("acme", "a", 0, [Samples.Euro(1)]), Samples.To("globex", "a", 0, [Samples.Euro(2)])), Ct);
        await store.StartDaemon();
        await Samples.Until(async () => await store.Database.Scalar<long>("select count(*) from totals") == 2, "the live projection");

        Assert.True((await Rebuild(store)).Identical);

        Assert.Equal(2, await store.Database.Scalar<decimal>("select total from totals where tenant_id = 'globex'"));
    }

    [Fact]
    public async Task A_live_table_that_was_tampered_with_is_found_out_and_mended_by_the_rebuild()
    {
        await using var store = await Open();
        await store.Append("a", 0, Samples.Euro(5));
        await store.StartDaemon();
        await Samples.Until(async () => await Total(store, "a") == 5, "the live projection");

        await store.Database.Execute("update totals set total = 6");
        var rebuild = await Rebuild(store);

        Assert.Equal(("swapped", false), (rebuild.State, rebuild.Identical));
        Assert.Equal(5, await Total(store, "a"));
    }

    [Fact]
    public async Task A_rebuild_that_fails_leaves_the_live_table_as_it_was_and_says_why()
    {
        await using var store = await Open();
        await store.Append("a", 0, Samples.Euro(5));
        await store.StartDaemon();
        await Samples.Until(async () => await Total(store, "a") == 5, "the live projection");
        await store.Append("b", 0, Samples.Euro(Totals.Poison));
        // As if the live projection had dealt with it in an earlier build.
        await store.StopDaemons();
        await store.Database.Execute("update mt_event_progression set last_seq_id = 2 where name = 'totals:All'");

        var rebuild = await Rebuild(store);

        Assert.Equal("failed", rebuild.State);
        Assert.Contains("It is poison.", rebuild.Error, StringComparison.Ordinal);
        Assert.Equal(5, await Total(store, "a"));
    }

    [Fact]
    public async Task A_rebuild_is_asked_for_once_while_it_is_open_and_done_once()
    {
        await using var store = await Open();
        var rebuilds = store.Get<ProjectionRebuild>();

        var (first, second) = (await rebuilds.Request("totals", Ct), await rebuilds.Request("totals", Ct));
        await rebuilds.Run(first, "totals", Ct);
        var finished = Assert.Single(await rebuilds.Last(Ct)).Finished;
        await rebuilds.Run(first, "totals", Ct);

        Assert.Equal(first, second);
        Assert.Equal(finished, Assert.Single(await rebuilds.Last(Ct)).Finished);
        Assert.NotEqual(first, await rebuilds.Request("totals", Ct));
    }

    [Fact]
    public async Task What_is_sealed_opens_until_the_person_is_erased_and_nowhere_after()
    {
        await using var store = await Open();
        var keys = new SubjectKeys(store.Database);
        var name = await keys.Seal("acme", "person-1", "Ada Lovelace", Ct);
        var other = await keys.Seal("acme", "person-2", "Bob", Ct);

        Assert.DoesNotContain("Ada", name.ToString(), StringComparison.Ordinal);
        Assert.Equal("Ada Lovelace", await keys.Open("acme", name, Ct));
        Assert.Null(await keys.Open("globex", name, Ct));
        Assert.True(await keys.Erase("acme", "person-1", Ct));
        Assert.Null(await keys.Open("acme", name, Ct));
        Assert.Equal("Bob", await keys.Open("acme", other, Ct));
        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() =>
            keys.Open("acme", other with { Ciphertext = name.Ciphertext }, Ct));
    }

    private async Task<LogStore> Open()
    {
        var store = await Samples.Open(
            await postgres.CreateDatabaseAsync(), services => services.AddTableProjection<Totals>().AddSingleton<ProjectionRebuild>());
        await store.Database.Execute(Totals.Table);
        return store;
    }

    private static async Task<RebuildStatus> Rebuild(LogStore store)
    {
        var rebuilds = store.Get<ProjectionRebuild>();
        await rebuilds.Run(await rebuilds.Request("totals", Ct), "totals", Ct);
        return Assert.Single(await rebuilds.Last(Ct));
    }

    private static async Task<decimal> Total(LogStore store, string stream) =>
        await store.Database.Scalar<decimal>(
            $"select coalesce((select total from totals where tenant_id = 'acme' and stream = '{stream}'), 0)");
}
