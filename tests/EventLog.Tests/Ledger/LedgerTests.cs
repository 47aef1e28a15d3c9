using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Ledger;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.EventLog.Tests.Ledger;

public sealed class LedgerTests(PostgresFixture postgres)
{
    private const int Events = 700;
    private static readonly LedgerKey Key = new("example.com/log", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_event_has_a_proof_that_holds_for_its_line_and_for_no_other()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var ledger = await Integrated(store);
        foreach (var sequence in new long[] { 1, 2, 255, 256, 257, 512, 513, Events })
        {
            var entry = ExportLine.Bytes((await store.Events.Page(new EventFilter { After = sequence - 1 }, 1, Ct))[0]);
            var proof = LogProof.Parse((await ledger.Prove(sequence, Ct)).ToString());

            Assert.True(proof.Holds(entry, Key.Verifier));
            entry[^2] ^= 1;
            Assert.False(proof.Holds(entry, Key.Verifier));
        }
    }

    [Fact]
    public async Task A_whole_export_verifies_against_a_checkpoint_and_a_changed_one_does_not()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var (checkpoint, _) = await (await Integrated(store)).Current(Events, Ct);
        var lines = (await store.Events.Page(new EventFilter(), Events, Ct)).Select(ExportLine.Bytes).ToArray();

        Assert.Empty(await ExportVerification.Run(lines.ToAsyncEnumerable(), checkpoint, Ct));
        Assert.Single(await ExportVerification.Run(lines.Take(Events - 1).ToAsyncEnumerable(), checkpoint, Ct));
        Assert.Equal(11, Assert.Single(await ExportVerification.Run(lines.Where((_, i) => i != 10).ToAsyncEnumerable(), checkpoint, Ct)).Sequence);
        lines[300][^3] ^= 1;
        Assert.Single(await ExportVerification.Run(lines.ToAsyncEnumerable(), checkpoint, Ct));
    }

    [Theory]
    [InlineData("update mt_events set data = '{\"amount\": 1000000, \"currency\": \"EUR\"}' where seq_id = 321", 321)]
    [InlineData("update mt_events set timestamp = timestamp + interval '1 second' where seq_id = 12", 12)]
    [InlineData("update mt_events set headers = jsonb_set(headers, '{actor}', '\"user:eve\"') where seq_id = 600", 600)]
    [InlineData("delete from mt_events where seq_id = 5", 5)]
    [InlineData("delete from mt_events where seq_id > 690", 691)]
    [InlineData("update mt_events set seq_id = seq_id + 900000 where seq_id in (20, 21); update mt_events set seq_id = 900041 - seq_id where seq_id > 900000", 20)]
    public async Task Whatever_is_altered_is_named(string tampering, long sequence)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var store = await Samples.Open(database))
        {
            await (await Integrated(store)).Current(Events, Ct);
        }

        await using var source = NpgsqlDataSource.Create(database);
        Assert.Empty(await new DatabaseVerification(source, Key.Verifier).Run([], null, Ct));
        foreach (var statement in tampering.Split(';'))
        {
            await Tamper(source, statement);
        }

        var findings = await new DatabaseVerification(source, Key.Verifier).Run([], null, Ct);

        Assert.Equal(sequence, findings[0].Sequence);
    }

    [Fact]
    public async Task A_log_rewritten_with_its_tiles_and_checkpoints_is_caught_by_a_checkpoint_kept_elsewhere()
    {
        var database = await postgres.CreateDatabaseAsync();
        Checkpoint kept;
        await using (var store = await Samples.Open(database))
        {
            (kept, _) = await (await Integrated(store)).Current(Events, Ct);
        }

        await using var source = NpgsqlDataSource.Create(database);
        await Tamper(source, "update mt_events set data = '{\"amount\": 0, \"currency\": \"EUR\"}' where seq_id = 77");
        await Tamper(source, "truncate esa_ledger_tiles, esa_ledger_checkpoints");
        await Tamper(source, "delete from mt_event_progression where name = 'ledger:All'");
        await using (var store = await Samples.Open(database))
        {
            await (await Integrated(store, fill: false)).Current(Events, Ct);
        }

        Assert.Empty(await new DatabaseVerification(source, Key.Verifier).Run([], null, Ct));
        Assert.NotEmpty(await new DatabaseVerification(source, Key.Verifier).Run([kept], null, Ct));
    }

    private static async Task<EventLedger> Integrated(EventStore store, bool fill = true)
    {
        for (var i = 0; fill && i < Events / 7; i++)
        {
            await store.Append($"s{i}", 0, [.. Enumerable.Range(0, 7).Select(n => (IEvent)Samples.Euro(n))]);
        }

        await using var daemon = new SubscriptionDaemon(store, [new LedgerIntegration()], new EventStoreOptions(), NullLogger<SubscriptionDaemon>.Instance);
        daemon.Start();
        var ledger = new EventLedger(store, Key, TimeProvider.System);
        while (await ledger.Size(Ct) < Events)
        {
            await Task.Delay(20, Ct);
        }

        return ledger;
    }

    private static async Task Tamper(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
