using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Tests;

public sealed class RebuildTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_projection_is_rebuilt_beside_the_live_one_proven_equal_and_swapped_while_events_come()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await Execute(store, "create table totals (stream varchar primary key, total numeric not null)");
        for (var i = 0; i < 300; i++)
        {
            await store.Append($"s{i % 40}_{i}", 0, Samples.Euro(i), Samples.Euro(1));
        }

        await using var daemon = Daemon(store);
        daemon.Start();
        await daemon.Rebuild("totals", Ct);
        for (var i = 0; i < 100; i++)
        {
            await store.Append($"late{i}", 0, Samples.Euro(2));
        }

        var rebuild = await Finished(daemon);

        Assert.Equal(("swapped", true), (rebuild.State, rebuild.Identical));
        await store.Append("after", 0, Samples.Euro(7));
        while (await Total(store, "after") != 7)
        {
            await Task.Delay(20, Ct);
        }

    }

    [Fact]
    public async Task A_live_table_that_was_tampered_with_is_found_out_and_mended_by_the_rebuild()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await Execute(store, "create table totals (stream varchar primary key, total numeric not null)");
        await store.Append("a", 0, Samples.Euro(5));
        await using var daemon = Daemon(store);
        daemon.Start();
        while (await Total(store, "a") != 5)
        {
            await Task.Delay(20, Ct);
        }

        await Execute(store, "update totals set total = 6");
        await daemon.Rebuild("totals", Ct);
        var rebuild = await Finished(daemon);

        Assert.Equal(("swapped", false), (rebuild.State, rebuild.Identical));
        Assert.Equal(5, await Total(store, "a"));
    }

    [Fact]
    public async Task What_is_sealed_opens_until_the_person_is_erased_and_nowhere_after()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var keys = new SubjectKeys(store.Database);
        var name = await keys.Seal("acme", "person-1", "Ada Lovelace", Ct);
        var other = await keys.Seal("acme", "person-2", "Bob", Ct);

        Assert.DoesNotContain("Ada", name.ToString(), StringComparison.Ordinal);
        Assert.Equal("Ada Lovelace", await keys.Open("acme", name, Ct));
        Assert.Null(await keys.Open("globex", name, Ct));
        Assert.True(await keys.Erase("acme", "person-1", Ct));
        Assert.Null(await keys.Open("acme", name, Ct));
        Assert.Equal("Bob", await keys.Open("acme", other, Ct));
        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => keys.Open("acme", other with { Ciphertext = name.Ciphertext }, Ct));
    }

    private static SubscriptionDaemon Daemon(EventStore store) => new(
        store, [new Totals()], new EventStoreOptions { PollInterval = TimeSpan.FromMilliseconds(50) }, NullLogger<SubscriptionDaemon>.Instance);

    private static async Task<RebuildStatus> Finished(SubscriptionDaemon daemon)
    {
        while (true)
        {
            if ((await daemon.Rebuilds(Ct)).SingleOrDefault() is { Finished: not null } rebuild)
            {
                return rebuild;
            }

            await Task.Delay(20, Ct);
        }
    }

    private static async Task<decimal?> Total(EventStore store, string stream)
    {
        await using var command = store.Database.CreateCommand("select total from totals where stream = $1");
        command.Parameters.Add(new() { Value = stream });
        return (decimal?)await command.ExecuteScalarAsync(Ct) ?? 0;
    }

    private static async Task Execute(EventStore store, string sql)
    {
        await using var command = store.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private sealed class Totals : IProjection
    {
        public string Name => "totals";

        public IReadOnlyList<string> Tables { get; } = ["totals"];

        public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(Deposited)];

        public async Task Project(IReadOnlyList<Delivery> events, NpgsqlConnection connection, CancellationToken ct)
        {
            var rows = events.GroupBy(e => e.Recorded.Stream).ToArray();
            await using var command = new NpgsqlCommand(
                "insert into totals select * from unnest($1, $2) on conflict (stream) do update set total = totals.total + excluded.total", connection)
            {
                Parameters =
                {
                    new() { Value = rows.Select(row => row.Key).ToArray() },
                    new() { Value = rows.Select(row => row.Sum(e => ((Deposited)e.Event).Amount)).ToArray() },
                },
            };
            await command.ExecuteNonQueryAsync(ct);
        }
    }
}
