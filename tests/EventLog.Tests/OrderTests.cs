using System.Collections.Concurrent;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Tests.Shared;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Tests;

/// <summary>The order of the log under many writers, several silos, conflicts and connections that are killed.</summary>
public sealed class OrderTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public async Task No_gap_no_duplicate_and_no_reader_skips_whatever_the_interleaving(int silos, int seed)
    {
        var database = await postgres.CreateDatabaseAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => Samples.Open(database, new EventStoreOptions { PartitionSize = 700 })));
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var seen = new ConcurrentQueue<long>();
        var reader = Task.Run(() => ReadOn(stores[^1], seen, reading.Token), Ct);
        using var killing = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var killer = Task.Run(() => KillConnections(database, seed, killing.Token), Ct);

        var acknowledged = new ConcurrentBag<(string Stream, long First, long Last)>();
        await Task.WhenAll(Enumerable.Range(0, 24).Select(writer => Task.Run(() => Write(stores[writer % silos], seed, writer, acknowledged), Ct)));

        await killing.CancelAsync();
        await killer;
        var all = await stores[0].Events.Page(new EventFilter(), int.MaxValue, Ct);
        while (seen.Count < all.Count)
        {
            await Task.Delay(10, Ct);
        }

        await reading.CancelAsync();
        await reader;
        Assert.Equal(Enumerable.Range(1, all.Count).Select(i => (long)i), all.Select(e => e.Sequence));
        Assert.Equal(all.Select(e => e.Sequence), seen);
        Assert.All(all.GroupBy(e => e.Stream), stream =>
            Assert.Equal(Enumerable.Range(1, stream.Count()).Select(i => (long)i), stream.Select(e => e.Version)));
        Assert.Equal(all.Count, acknowledged.Sum(append => append.Last - append.First + 1));
        Assert.All(acknowledged, append => Assert.Equal(append.Stream, all[(int)append.First - 1].Stream));
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    private static async Task Write(EventStore store, int seed, int writer, ConcurrentBag<(string Stream, long First, long Last)> acknowledged)
    {
        var random = new Random((seed * 1000) + writer);
        for (var i = 0; i < 60; i++)
        {
            var stream = $"s{random.Next(8)}";
            var expected = random.Next(3) switch
            {
                0 => ExpectedVersion.Any,
                1 => (await store.Snapshots.Load<Account>(new StreamKey("acme", stream), Ct)).Version,
                _ => random.Next(20),
            };
            var events = Enumerable.Range(0, random.Next(1, 4)).Select(n => (IEvent)Samples.Euro(n)).ToArray();
            try
            {
                var result = await store.Append(stream, expected, events);
                acknowledged.Add((stream, result.FirstSequence, result.LastSequence));
            }
            catch (VersionConflictException)
            {
                continue;
            }
        }
    }

    private static async Task ReadOn(EventStore store, ConcurrentQueue<long> seen, CancellationToken ct)
    {
        var position = 0L;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await store.Head.Beyond(position, ct);
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
    private static async Task KillConnections(string database, int seed, CancellationToken ct)
    {
        var random = new Random(seed);
        await using var source = NpgsqlDataSource.Create(database);
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(random.Next(20, 80), ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await using var kill = source.CreateCommand("""
                select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()
                   and (query like '%esa_claim%' or query like '%esa_head%' or query like '%setval%' or query = 'commit')
                   and query not like 'listen%' and query not like 'select seq from esa_head'
                """);
            await kill.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }
}
