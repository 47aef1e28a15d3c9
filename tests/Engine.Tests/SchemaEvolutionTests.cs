using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>What older and newer builds stored.</summary>
public sealed class SchemaEvolutionTests(PostgresFixture postgres)
{
    private static readonly LedgerKey Key = new("example.com/log", new byte[32]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_under_a_former_name_are_read_projected_and_rebuilt_as_what_they_are_called_today()
    {
        await using var store = await Samples.Open(
            await postgres.CreateDatabaseAsync(), services => services.AddTableProjection<Totals>().AddSingleton<ProjectionRebuild>());
        await store.Database.Execute(Totals.Table);
        await store.Append("a", 0, new Opened("Ada"), Samples.Euro(4), Samples.Euro(5));
        await store.Database.Execute(
            "update mt_events set type = 'money_put_in', mt_dotnet_type = 'Older.MoneyPutIn, Older' where version = 2");

        await using var session = store.Store.QuerySession("acme");
        Assert.Equal(9, (await session.StateAt<Account>("a", 3, Ct)).Balance);
        await store.StartDaemon();
        await Samples.Until(async () =>
            await store.Database.Scalar<decimal>("select coalesce(sum(total), 0) from totals") == 9, "the live projection");
        var rebuilds = store.Get<ProjectionRebuild>();
        await rebuilds.Run(await rebuilds.Request("totals", Ct), "totals", Ct);

        Assert.Equal(("swapped", true), (Assert.Single(await rebuilds.Last(Ct)).State, Assert.Single(await rebuilds.Last(Ct)).Identical));
    }

    [Fact]
    public async Task Events_of_an_older_schema_are_lifted()
    {
        await using var store = await Samples.Open(
            await postgres.CreateDatabaseAsync(),
            services => services.ConfigureMarten(options =>
                options.Events.Upcast<AmountDeposited, Deposited>("amount_deposited", old => new Deposited(old.Amount, "EUR"))));
        await store.Append("a", 0, Samples.Euro(1));
        await store.Database.Execute("update mt_events set type = 'amount_deposited', data = '{\"amount\": 4}'");

        await using var session = store.Store.QuerySession("acme");

        Assert.Equal(Samples.Euro(4), Assert.Single(await session.Events.FetchStreamAsync("a", token: Ct)).Data);
        Assert.Equal(4, (await session.StateAt<Account>("a", 1, Ct)).Balance);
    }

    [Fact]
    public async Task An_event_type_that_this_build_does_not_know_is_refused_loudly()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("a", 0, Samples.Euro(1));
        await store.Database.Execute("update mt_events set type = 'from_the_future', mt_dotnet_type = 'Newer.FromTheFuture, Newer'");

        await using var session = store.Store.QuerySession("acme");

        await Assert.ThrowsAnyAsync<Exception>(() => session.StateAt<Account>("a", 1, Ct));
    }

    [Fact]
    public async Task The_ledger_never_leaves_out_an_event_that_an_older_build_cannot_read()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var older = await Samples.Open(database, AddLedger))
        {
            await older.Append("a", 0, Samples.Euro(1));
            await older.Append("b", 0, Samples.Euro(2));
            await older.Database.Execute(
                "update mt_events set type = 'from_the_future', mt_dotnet_type = 'Newer.FromTheFuture, Newer' where stream_id = 'a'");
            await older.StartDaemon();
            await Task.Delay(TimeSpan.FromSeconds(2), Ct);
            await older.Append("c", 0, Samples.Euro(3));
            await Task.Delay(TimeSpan.FromSeconds(1), Ct);
            var leaves = await older.Events.OfLeaves(0, 10, Ct);
            Assert.Equal((await older.All()).Take(leaves.Count).Select(e => e.Id), leaves.Select(e => e.Id));
        }

        await using var newer = await Samples.Open(database, services =>
        {
            AddLedger(services);
            services.ConfigureMarten(options => options.Events.MapEventType<FromTheFuture>("from_the_future"));
        });
        await newer.StartDaemon();
        await Samples.Until(async () => await newer.Get<EventLedger>().Size(Ct) == 3, "the newer build to go on");

        Assert.Equal((await newer.All()).Select(e => e.Id), (await newer.Events.OfLeaves(0, 10, Ct)).Select(e => e.Id));
        Assert.Empty(await new DatabaseVerification(newer.Database, Key.Verifier).Run([], null, Ct));
    }

    private static void AddLedger(IServiceCollection services) => services.AddSingleton(Key).AddLedger();

    private sealed record AmountDeposited(decimal Amount);

    private sealed record FromTheFuture(decimal Amount) : IDomainEvent;
}
