using System.Collections.Concurrent;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;
using Npgsql;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>The order of the log under many writers, several silos, conflicts and connections that are killed.</summary>
public sealed class OrderTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public async Task No_loss_no_duplicate_and_no_reader_skips_whatever_the_interleaving(int silos, int seed)
    {
        var database = await postgres.CreateDatabaseAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => Samples.Open(database)));
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var seen = new ConcurrentQueue<long>();
        var reader = Task.Run(() => ReadOn(stores[^1], seen, reading.Token), Ct);
        using var killing = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var killer = Task.Run(() => KillConnections(database, seed, killing.Token), Ct);

        var acknowledged = new ConcurrentBag<Guid>();
        await Task.WhenAll(Enumerable.Range(0, 24)
            .Select(writer => Task.Run(() => Write(stores[writer % silos], seed, writer, acknowledged), Ct)));

        await killing.CancelAsync();
        Assert.True(await killer > 0, "No connection was killed in the middle of a commit.");
        var all = await stores[0].All();
        await Samples.Until(() => Task.FromResult(seen.Count >= all.Count), "the reader to reach the end of the log");
        await reading.CancelAsync();
        await reader;
        Assert.Equal(all.Select(e => e.Sequence), seen);
        Assert.Equal(acknowledged.Order(), all.Select(e => e.Id).Order());
        Assert.All(all.GroupBy(e => e.Stream), stream =>
            Assert.Equal(Enumerable.Range(1, stream.Count()).Select(i => (long)i), stream.Select(e => e.Version)));
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(silos > 1 || pair.First.Timestamp <= pair.Second.Timestamp));
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task No_sequence_number_is_drawn_before_the_order_lock_is_held()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await Samples.Open(database);
        await using var second = await Samples.Open(database);
        await first.Append("before", 0, Samples.Euro(1));
        var drawn = await first.Database.Scalar<long>("select last_value from mt_events_sequence");
        await using var held = await OrderLockHolder.Take(first.Database);

        var appends = Task.WhenAll(first.Append("a", 0, Samples.Euro(1)), second.Append("b", 0, Samples.Euro(2)));
        await Samples.Until(
            async () => await first.Database.Scalar<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = "
                    + "'advisory'") == 2,
            "both silos at the lock");

        Assert.Equal(drawn, await first.Database.Scalar<long>("select last_value from mt_events_sequence"));
        await held.Release();
        await appends;
        Assert.Equal(3, (await first.All()).Count);
    }

    [Fact]
    public async Task While_a_commit_is_held_open_nothing_behind_it_becomes_visible_and_no_reader_skips_it()
    {
        var database = await postgres.CreateDatabaseAsync();
        var seen = new ConcurrentQueue<long>();
        await using var slow = await Samples.Open(database);
        await using var fast = await Samples.Open(database, services => services.AddSeen(seen));
        await fast.StartDaemon();
        await fast.Append("before", 0, Samples.Euro(1));
        await Samples.Until(() => Task.FromResult(seen.Count == 1), "the subscription to begin");

        // The slow silo has drawn its numbers and written its events when it meets this row.
        await using var blocker = await slow.Database.OpenConnectionAsync(Ct);
        await using var blocking = await blocker.BeginTransactionAsync(Ct);
        await using (var insert = new NpgsqlCommand(
            "insert into bulk_bytes (tenant_id, stream_id, name, part, data) values ('acme', 'slow', 'x', 0, '')", blocker))
        {
            await insert.ExecuteNonQueryAsync(Ct);
        }

        var late = slow.Committer.Append(
            Samples.Request(Samples.To("slow", 0, Samples.Euro(1)) with { Bulk = [new BulkBytes("x", 0, [1])] }), Ct);
        await Samples.Until(
            async () => await slow.Database.Scalar<bool>(
                "select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and "
                    + "wait_event = 'transactionid')"),
            "the slow commit in the middle of itself");
        var behind = Enumerable.Range(0, 5).Select(i => fast.Append($"fast{i}", 0, Samples.Euro(i))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(1), Ct);

        Assert.All(behind.Append(late), append => Assert.False(append.IsCompleted));
        Assert.Equal(1, fast.Mark.Sequence);
        Assert.Single(await fast.All());
        Assert.Single(seen);
        await blocking.RollbackAsync(Ct);
        await Task.WhenAll(behind.Append(late));
        var all = await fast.All();
        await Samples.Until(() => Task.FromResult(seen.Count >= all.Count), "the subscription to reach the end of the log");
        Assert.Equal("slow", all[1].Stream);
        Assert.Equal(7, all.Count);
        Assert.Equal(all.Select(e => e.Sequence), seen);
    }

    [Fact]
    public async Task A_subscription_waits_for_a_number_that_a_living_transaction_holds_even_of_a_program_that_takes_no_lock()
    {
        var seen = new ConcurrentQueue<long>();
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync(), services => services.AddSeen(seen));
        await store.Append("theirs", 0, Samples.Euro(1));
        await store.StartDaemon();
        await Samples.Until(() => Task.FromResult(seen.Count == 1), "the subscription to begin");
        await using var foreign = await store.Database.OpenConnectionAsync(Ct);
        await using var transaction = await foreign.BeginTransactionAsync(Ct);
        await using (var insert = new NpgsqlCommand(
            """
            insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type)
            select nextval('mt_events_sequence'), gen_random_uuid(), 'theirs', 2, data, type, tenant_id, mt_dotnet_type from mt_events
                where version = 1
            """, foreign))
        {
            await insert.ExecuteNonQueryAsync(Ct);
        }

        await store.Append("ours", 0, Samples.Euro(2));
        await Task.Delay(TimeSpan.FromSeconds(1.5), Ct);
        Assert.Single(seen);
        await transaction.CommitAsync(Ct);

        await Samples.Until(() => Task.FromResult(seen.Count >= 3), "the subscription to go on");
        Assert.Equal([1L, 2L, 3L], seen);
    }

    private static async Task Write(LogStore store, int seed, int writer, ConcurrentBag<Guid> acknowledged)
    {
        var random = new Random((seed * 1000) + writer);
        for (var i = 0; i < 60; i++)
        {
            var stream = $"s{random.Next(8)}";
            var expected = random.Next(3) == 0 ? random.Next(20) : await VersionOf(store, stream);
            var append = Samples.To(stream, expected,
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(n => (IDomainEvent)Samples.Euro(n))]);
            if (await store.TryAppend(Samples.Request(append)))
            {
                append.EventIds.ToList().ForEach(acknowledged.Add);
            }
        }
    }

    private static async Task<long> VersionOf(LogStore store, string stream)
    {
        while (true)
        {
            try
            {
                return (await store.Aggregates.Load<Account>("acme", stream, Ct)).Version;
            }
            catch (Exception e) when (e is NpgsqlException || e.InnerException is NpgsqlException)
            {
                await Task.Delay(10, Ct);
            }
        }
    }

    private static async Task ReadOn(LogStore store, ConcurrentQueue<long> seen, CancellationToken ct)
    {
        var position = 0L;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await store.Mark.Beyond(position, ct);
                foreach (var recorded in await store.Events.Page(new EventFilter { After = position }, 100, ct))
                {
                    seen.Enqueue(position = recorded.Sequence);
                }
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
            {
                continue;
            }
        }
    }

    // Only the writers' connections: they are the ones in the middle of something.
    private static async Task<int> KillConnections(string database, int seed, CancellationToken ct)
    {
        var (random, killed) = (new Random(seed), 0);
        await using var source = NpgsqlDataSource.Create(database);
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(random.Next(20, 80), ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await using var kill = source.CreateCommand("""
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
                   and (query ilike '%mt_quick_append%' or query ilike '%pg_advisory_xact_lock%' or query ilike '%join mt_streams s on%'
                       or query ilike 'commit')
                """);
            killed += (int)(long)(await kill.ExecuteScalarAsync(CancellationToken.None))!;
        }

        return killed;
    }
}
