using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Tests;

/// <summary>Work that one silo of the cluster does at a time.</summary>
public sealed class LeaderElectionTests(PostgresFixture postgres)
{
    private static readonly EventStoreOptions Options = new() { PollInterval = TimeSpan.FromMilliseconds(50) };
    private int _working;
    private int _most;
    private int _begun;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_done_by_one_at_a_time_and_taken_up_when_its_connection_is_lost()
    {
        var database = await postgres.CreateDatabaseAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Samples.Open(database, Options)));
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var owners = stores.Select(store => new LeaderElection(store, Options, NullLogger<LeaderElection>.Instance).Run("sweeping", Work, stopping.Token)).ToArray();

        for (var begun = 1; begun <= 4; begun++)
        {
            while (Volatile.Read(ref _begun) < begun || Volatile.Read(ref _working) == 0)
            {
                await Task.Delay(5, Ct);
            }

            await LoseLocks(database);
        }

        await stopping.CancelAsync();
        await Task.WhenAll(owners);
        Assert.Equal((1, 0), (_most, _working));
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Work_that_fails_is_begun_again()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync(), Options);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var attempts = 0;

        var owner = new LeaderElection(store, Options, NullLogger<LeaderElection>.Instance).Run(
            "failing", _ => ++attempts < 3 ? throw new InvalidOperationException() : stopping.CancelAsync(), stopping.Token);

        await owner;
        Assert.Equal(3, attempts);
    }

    private async Task Work(CancellationToken ct)
    {
        Interlocked.Increment(ref _begun);
        var now = Interlocked.Increment(ref _working);
        _most = Math.Max(_most, now);
        await Task.Delay(Timeout.Infinite, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _working);
    }

    private static async Task LoseLocks(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var kill = source.CreateCommand("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())");
        await kill.ExecuteNonQueryAsync(Ct);
    }
}
