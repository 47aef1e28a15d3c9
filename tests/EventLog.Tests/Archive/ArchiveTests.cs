using System.Text.Json;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Archive;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Ledger;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventSourcedAnomaly.EventLog.Tests.Archive;

public sealed class ArchiveTests(PostgresFixture postgres) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("esa-archive-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_closed_range_leaves_the_database_for_a_file_and_comes_back_unchanged()
    {
        await using var store = await Filled();
        var archive = new EventArchive(store.Database);
        var before = await Everything(store);

        var (file, _) = await archive.Export(1, _folder.FullName, Ct);
        await archive.Detach(1, file, Ct);

        Assert.Equal(before.Skip(100), await Everything(store));
        Assert.Equal([(1, true), (101, false), (201, false)], (await Partition.All(store.Database, Ct)).Select(each => ((int)each.First, each.IsArchived)));
        var verification = new DatabaseVerification(store.Database, null);
        Assert.Empty(await verification.Run([], null, Ct));
        Assert.Equal((1, 100), (verification.Archived.Single().First, verification.Archived.Single().Last));

        await archive.Attach(file, 1, Ct);

        Assert.Equal(before, await Everything(store));
        Assert.Empty(await new DatabaseVerification(store.Database, null).Run([], null, Ct));
    }

    [Fact]
    public async Task A_stream_with_archived_events_goes_on_from_its_snapshot_and_refuses_to_be_replayed()
    {
        await using var store = await Filled();
        var archive = new EventArchive(store.Database);
        await archive.Detach(1, (await archive.Export(1, _folder.FullName, Ct)).Path, Ct);
        var old = new StreamKey("acme", "kept");

        var (account, version) = await store.Snapshots.Load<Account>(old, Ct);
        await store.Append("kept", version, Samples.Euro(1));

        Assert.Equal(7, account.Balance);
        Assert.Equal(8, (await store.Snapshots.Load<Account>(old, Ct)).State.Balance);
        var refused = await Assert.ThrowsAsync<ArchiveException>(() => store.Snapshots.Replay<Account>(old, long.MaxValue, Ct));
        Assert.Contains("attached", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_that_is_open_or_not_read_by_every_subscription_stays()
    {
        await using var store = await Filled();
        var archive = new EventArchive(store.Database);

        await Assert.ThrowsAsync<ArchiveException>(() => archive.Export(201, _folder.FullName, Ct));
        await using (var behind = store.Database.CreateCommand("insert into mt_event_progression (name, last_seq_id) values ('slow:All', 50)"))
        {
            await behind.ExecuteNonQueryAsync(Ct);
        }

        var refused = await Assert.ThrowsAsync<ArchiveException>(() => archive.Export(1, _folder.FullName, Ct));
        Assert.Contains("slow:All", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_changed_takes_no_range_out_and_brings_none_back()
    {
        await using var store = await Filled();
        var archive = new EventArchive(store.Database);
        var (file, _) = await archive.Export(1, _folder.FullName, Ct);
        var forged = Path.Combine(_folder.FullName, "forged.gz");
        await ArchiveFile.Write(forged, store.Events.All(new EventFilter { Until = 99 }, Ct), Ct);

        await Assert.ThrowsAsync<ArchiveException>(() => archive.Detach(1, forged, Ct));
        await archive.Detach(1, file, Ct);
        await Assert.ThrowsAsync<ArchiveException>(() => archive.Attach(forged, 1, Ct));

        Assert.True((await Partition.All(store.Database, Ct))[0].IsArchived);
    }

    private async Task<EventStore> Filled()
    {
        var options = new EventStoreOptions { PartitionSize = 100 };
        var store = await Samples.Open(await postgres.CreateDatabaseAsync(), options);
        var state = new Snapshot(JsonSerializer.SerializeToUtf8Bytes(new Account("Ada", 7), EventJson.Options), 1);
        await store.Append(new AppendRequest([Samples.To("kept", 0, new Opened("Ada"), Samples.Euro(7)) with { Snapshot = state }], Samples.Metadata), Ct);
        for (var i = 0; i < 50; i++)
        {
            await store.Append($"s{i % 7}", i / 7 * 5, Enumerable.Range(0, 5).Select(n => (IEvent)Samples.Euro(n)).ToArray());
        }

        await using var daemon = new SubscriptionDaemon(store, [new LedgerIntegration()], options, NullLogger<SubscriptionDaemon>.Instance);
        daemon.Start();
        while ((await Progression.All(store.Database, Ct)).All(each => each.Sequence < 252))
        {
            await Task.Delay(10, Ct);
        }

        return store;
    }

    private static async Task<List<string>> Everything(EventStore store)
    {
        var lines = new List<string>();
        await foreach (var recorded in store.Events.All(new EventFilter(), Ct))
        {
            lines.Add(System.Text.Encoding.UTF8.GetString(ExportLine.Bytes(recorded)));
        }

        return lines;
    }
}
