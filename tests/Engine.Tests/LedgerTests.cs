using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Log.Writer;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedAnomaly.Engine.Tests;

public sealed class LedgerTests(PostgresFixture postgres)
{
    private const int Events = 700;
    private static readonly LedgerKey Key = new("example.com/log", [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_event_has_a_proof_that_holds_for_its_line_and_for_no_other()
    {
        await using var store = await Open(await postgres.CreateDatabaseAsync());
        var ledger = await Filled(store);
        foreach (var leaf in new[] { 0, 1, 254, 255, 256, 511, 512, Events - 1 })
        {
            var recorded = Assert.Single(await store.Events.OfLeaves(leaf, 1, Ct));
            var entry = ExportLine.Bytes(recorded);
            var proof = LogProof.Parse((await ledger.Prove(recorded.Sequence, Ct)).ToString());

            Assert.Equal(leaf, proof.Index);
            Assert.True(proof.Holds(entry, Key.Verifier));
            entry[^2] ^= 1;
            Assert.False(proof.Holds(entry, Key.Verifier));
        }
    }

    [Fact]
    public async Task Every_tree_head_is_consistent_with_every_later_one_and_bundles_hold_the_lines()
    {
        await using var store = await Open(await postgres.CreateDatabaseAsync());
        await store.StartDaemon();
        var (ledger, heads) = (store.Get<EventLedger>(), new List<Checkpoint>());
        for (var i = 0; i < 10; i++)
        {
            await store.Append($"s{i}", 0, [.. Enumerable.Range(0, 1 + (i * 9)).Select(n => (IDomainEvent)Samples.Euro(n))]);
            heads.Add((await ledger.Current((await store.All())[^1].Sequence, Ct)).Checkpoint);
        }

        foreach (var (before, after) in heads.SelectMany(_ => heads, (before, after) => (before, after))
            .Where(pair => pair.before.Size < pair.after.Size))
        {
            var proof = await ledger.Consistency(before.Size, after.Size, Ct);
            Assert.True(MerkleTree.IsConsistent(before.Size, before.Root, after.Size, after.Root, proof));
        }

        var bundle = (await ledger.Entries(1, 20, Ct))!;
        var line = ExportLine.Bytes((await store.Events.OfLeaves(256, 1, Ct))[0]);
        Assert.Equal(line, bundle[2..(2 + line.Length)]);
        Assert.Equal(line.Length, (bundle[0] << 8) | bundle[1]);
        Assert.Null(await ledger.Entries(1, 256, Ct));
    }

    [Fact]
    public async Task A_whole_export_verifies_against_a_checkpoint_and_a_changed_one_does_not()
    {
        await using var store = await Open(await postgres.CreateDatabaseAsync());
        var ledger = await Filled(store);
        var lines = (await store.All()).Select(ExportLine.Bytes).ToArray();
        var (checkpoint, note) = await ledger.Current(0, Ct);

        Assert.Equal(checkpoint.Root, Checkpoint.Parse(note, Key.Verifier).Root);
        Assert.Empty(await ExportVerification.Run(lines.ToAsyncEnumerable(), checkpoint, Ct));
        Assert.Single(await ExportVerification.Run(lines.Take(Events - 1).ToAsyncEnumerable(), checkpoint, Ct));
        Assert.StartsWith("Line 11 ",
            Assert.Single(await ExportVerification.Run(lines.Where((_, i) => i != 10).ToAsyncEnumerable(), checkpoint, Ct)).Message,
            StringComparison.Ordinal);
        lines[300][^3] ^= 1;
        Assert.Single(await ExportVerification.Run(lines.ToAsyncEnumerable(), checkpoint, Ct));
    }

    [Fact]
    public async Task Commits_that_failed_and_tombstones_leave_no_gap_in_the_ledger_and_do_not_stop_it()
    {
        await using var store = await Open(await postgres.CreateDatabaseAsync());
        await store.StartDaemon();
        for (var i = 0; i < 5; i++)
        {
            await store.Append($"a{i}", 0, Samples.Euro(i));
            await Assert.ThrowsAnyAsync<Exception>(() => store.Append($"b{i}", 0, new Opened(Samples.Unstorable), Samples.Euro(i)));
            await store.Database.Execute("select nextval('mt_events_sequence')");
        }

        await store.Database.Execute("insert into mt_streams (id, version, tenant_id) values ('mt_tombstone', 1, 'acme')");
        await store.Database.Execute("""
            insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id, mt_dotnet_type)
            values (nextval('mt_events_sequence'), gen_random_uuid(), 'mt_tombstone', 1, '{}', 'tombstone', 'acme',
                'JasperFx.Events.Tombstone, JasperFx.Events')
            """);
        await store.Append("last", 0, Samples.Euro(9));
        var all = await store.All();

        var (checkpoint, _) = await store.Get<EventLedger>().Current(all[^1].Sequence, Ct);

        Assert.Equal(6, checkpoint.Size);
        Assert.True(all[^1].Sequence > 10);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (long?)i), (await store.All()).Select(e => e.Leaf));
        Assert.Empty(await new DatabaseVerification(store.Database, Key.Verifier).Run([], null, Ct));
    }

    [Fact]
    public async Task The_tree_does_not_fork_and_loses_nothing_whoever_owns_it_and_however_often_it_is_cut_off()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Open(database);
        for (var round = 0; round < 4; round++)
        {
            await using var first = await Open(database);
            await using var second = await Open(database);
            // Two silos that both believe that the ledger is theirs, stopped in the middle.
            await Task.WhenAll(first.StartDaemon(), second.StartDaemon());
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => store.Append($"r{round}_{i}", 0, Samples.Euro(1), Samples.Euro(2))));
        }

        await store.StartDaemon();
        var all = await store.All();
        await Samples.Until(async () => await store.Get<EventLedger>().Size(Ct) >= all.Count, "the ledger to reach the end of the log");

        await store.Get<EventLedger>().Current(all[^1].Sequence, Ct);
        Assert.Equal(Enumerable.Range(0, 320).Select(i => (long?)i), (await store.All()).Select(e => e.Leaf));
        Assert.Empty(await new DatabaseVerification(store.Database, Key.Verifier).Run([], null, Ct));
    }

    [Theory]
    [InlineData("update mt_events set data = '{\"amount\": 1000000, \"currency\": \"EUR\"}' where seq_id = 321", 321)]
    [InlineData("update mt_events set timestamp = timestamp + interval '1 second' where seq_id = 12", 12)]
    [InlineData("update mt_events set user_name = 'user:eve' where seq_id = 600", 600)]
    [InlineData("update mt_events set headers = jsonb_set(headers, '{schema_version}', '1') where seq_id = 601", 601)]
    [InlineData("delete from mt_events where seq_id = 5", 5)]
    [InlineData("delete from mt_events where seq_id > 690", 691)]
    [InlineData("update mt_events set seq_id = seq_id + 900000 where seq_id in (20, 21); update mt_events set seq_id = 900041 - seq_id "
        + "where seq_id > 900000", 20)]
    public async Task Whatever_is_altered_is_named(string tampering, long sequence)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var store = await Open(database))
        {
            await Filled(store);
        }

        await using var source = NpgsqlDataSource.Create(database);
        Assert.Empty(await new DatabaseVerification(source, Key.Verifier).Run([], null, Ct));
        foreach (var statement in tampering.Split(';'))
        {
            await source.Execute(statement);
        }

        var findings = await new DatabaseVerification(source, Key.Verifier).Run([], null, Ct);

        Assert.Equal(sequence, findings[0].Sequence);
    }

    [Fact]
    public async Task A_log_rewritten_with_its_tiles_and_checkpoints_is_caught_by_a_checkpoint_kept_elsewhere()
    {
        var database = await postgres.CreateDatabaseAsync();
        Checkpoint kept;
        await using (var store = await Open(database))
        {
            (kept, _) = await (await Filled(store)).Current(Events, Ct);
        }

        await using var source = NpgsqlDataSource.Create(database);
        await source.Execute("update mt_events set data = '{\"amount\": 0, \"currency\": \"EUR\"}' where seq_id = 77");
        await source.Execute("truncate ledger_leaves, ledger_tiles, ledger_checkpoints");
        await source.Execute("delete from mt_event_progression where name = 'ledger:All'");
        await using (var store = await Open(database))
        {
            await store.StartDaemon();
            await Samples.Until(async () => await store.Get<EventLedger>().Size(Ct) == Events, "the ledger to be made anew");
            await store.Get<EventLedger>().Current(Events, Ct);
        }

        Assert.Empty(await new DatabaseVerification(source, Key.Verifier).Run([], null, Ct));
        Assert.NotEmpty(await new DatabaseVerification(source, Key.Verifier).Run([kept], null, Ct));
    }

    private static Task<LogStore> Open(string database) => Samples.Open(database, services => services.AddSingleton(Key).AddLedger());

    private static async Task<EventLedger> Filled(LogStore store)
    {
        for (var i = 0; i < Events / 7; i++)
        {
            await store.Append($"s{i}", 0, [.. Enumerable.Range(0, 7).Select(n => (IDomainEvent)Samples.Euro(n))]);
        }

        await store.StartDaemon();
        var ledger = store.Get<EventLedger>();
        await Samples.Until(async () => await ledger.Size(Ct) >= Events, "the ledger to reach the end of the log");
        await ledger.Current(Events, Ct);
        return ledger;
    }
}
