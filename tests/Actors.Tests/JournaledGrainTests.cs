using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.Actors.Tests;

public sealed class JournaledGrainTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_grain_comes_back_with_the_state_it_left_with()
    {
        var database = await postgres.CreateDatabaseAsync();
        var (store, silo) = await Silos.Start(database);
        await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(5, ct), Ct);
        await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(2, ct), Ct);
        await silo.DisposeAsync();
        await store.DisposeAsync();

        var (again, second) = await Silos.Start(database);

        Assert.Equal(7, await second.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Known(), Ct));
        await second.DisposeAsync();
        await again.DisposeAsync();
    }

    [Fact]
    public async Task The_same_key_in_two_tenants_is_two_grains()
    {
        var (store, silo) = await Silos.Start(await postgres.CreateDatabaseAsync());
        await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(5, ct), Ct);

        Assert.Equal(0, await silo.Grain<CounterGrain>("globex", "c").Call((counter, ct) => counter.Read(ct), Ct));
        await silo.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_same_grain_on_several_silos_counts_every_call_once()
    {
        var database = await postgres.CreateDatabaseAsync();
        var silos = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Silos.Start(database)));

        await Task.WhenAll(Enumerable.Range(0, 90).Select(i => Task.Run(
            async () => await silos[i % 3].Silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(1, ct), Ct), Ct)));

        Assert.All(
            await Task.WhenAll(silos.Select(async each => await each.Silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Read(ct), Ct))),
            value => Assert.Equal(90, value));
        Assert.Equal(90, (await silos[0].Store.Events.Stream(new StreamKey("acme", "c"), Ct)).Count);
        foreach (var (store, silo) in silos)
        {
            await silo.DisposeAsync();
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_refusal_is_decided_on_what_other_silos_wrote_too()
    {
        var database = await postgres.CreateDatabaseAsync();
        var (store, silo) = await Silos.Start(database);
        var (otherStore, other) = await Silos.Start(database);
        await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(Counter.Limit, ct), Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await other.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(1, ct), Ct));

        await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(-5, ct), Ct);

        Assert.Equal(Counter.Limit - 4, await other.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(1, ct), Ct));
        await other.DisposeAsync();
        await silo.DisposeAsync();
        await otherStore.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_refused_command_leaves_state_and_log_as_they_were()
    {
        var (store, silo) = await Silos.Start(await postgres.CreateDatabaseAsync());
        await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(3, ct), Ct);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Count(Counter.Limit, ct), Ct));

        Assert.Equal(3, await silo.Grain<CounterGrain>("acme", "c").Call((counter, ct) => counter.Known(), Ct));
        Assert.Equal(1, await store.Events.Head(Ct));
        await silo.DisposeAsync();
        await store.DisposeAsync();
    }
}
