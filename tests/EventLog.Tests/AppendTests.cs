using System.Text;
using EventSourcedAnomaly.EventLog.Append;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.EventLog.Tests;

public sealed class AppendTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_appended_is_read_back_in_order_with_who_and_when()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());

        var result = await store.Append("a", ExpectedVersion.NoStream, new Opened("Ada"), Samples.Euro(5));

        var events = await store.Events.Stream(new StreamKey("acme", "a"), Ct);
        Assert.Equal((1, 2, 2), (result.FirstSequence, result.LastSequence, result.Version));
        Assert.Equal(["opened", "deposited"], events.Select(e => e.Type));
        Assert.Equal([1L, 2L], events.Select(e => e.Sequence));
        Assert.Equal([1L, 2L], events.Select(e => e.Version));
        Assert.All(events, e => Assert.Equal(Samples.Metadata, e.Metadata));
        Assert.All(events, e => Assert.Equal(result.Timestamp, e.Timestamp));
        Assert.Equal(new Opened("Ada"), Samples.Types.Deserialize(events[0]));
        Assert.Equal(Samples.Euro(5), Samples.Types.Deserialize(events[1]));
    }

    [Fact]
    public async Task An_append_to_a_stream_that_moved_on_conflicts_and_stores_nothing()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("a", 0, new Opened("Ada"));

        var conflict = await Assert.ThrowsAsync<VersionConflictException>(() => store.Append("a", 0, new Opened("Bob")));

        Assert.Equal((0, 1), (conflict.Expected, conflict.Actual));
        Assert.Equal(1, await store.Events.Head(Ct));
    }

    [Fact]
    public async Task Appends_of_one_batch_succeed_or_conflict_each_on_its_own()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("hot", 0, new Opened("Ada"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                await store.Append(i % 2 == 0 ? "hot" : $"cold{i}", i % 2 == 0 ? 1 : 0, Samples.Euro(i));
                return true;
            }
            catch (VersionConflictException)
            {
                return false;
            }
        }));

        Assert.Equal(26, outcomes.Count(succeeded => succeeded));
        Assert.Equal(27, await store.Events.Head(Ct));
        Assert.Equal(2, (await store.Events.Stream(new StreamKey("acme", "hot"), Ct)).Count);
    }

    [Fact]
    public async Task Several_streams_are_stored_together_or_not_at_all()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("a", 0, new Opened("Ada"));

        await Assert.ThrowsAsync<VersionConflictException>(() => store.Append(
            new AppendRequest([Samples.To("b", 0, new Opened("Bob")), Samples.To("a", 0, new Opened("Eve"))], Samples.Metadata), Ct));
        await store.Append(
            new AppendRequest([Samples.To("b", 0, new Opened("Bob")), Samples.To("a", 1, Samples.Euro(1))], Samples.Metadata), Ct);

        Assert.Equal(3, await store.Events.Head(Ct));
        Assert.Single(await store.Events.Stream(new StreamKey("acme", "b"), Ct));
    }

    [Fact]
    public async Task A_large_append_is_stored_whole_and_conflicts_whole()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        await using var other = await Samples.Open(database);
        var many = Enumerable.Range(0, 1000).Select(i => (IEvent)Samples.Euro(i)).ToArray();

        await store.Append("a", 0, new Opened("Ada"));
        await store.Append("a", 1, many);
        await other.Append("a", 1001, many);
        await Assert.ThrowsAsync<VersionConflictException>(() => store.Append("a", 1001, many));
        await store.Append("b", 0, many);

        var events = await store.Events.Stream(new StreamKey("acme", "a"), Ct);
        Assert.Equal(Enumerable.Range(1, 2001).Select(n => (long)n), events.Select(e => e.Version));
        Assert.Equal(many, events.Skip(1001).Select(e => Samples.Types.Deserialize(e)));
        Assert.Equal(3001, await store.Events.Head(Ct));
    }

    [Fact]
    public async Task The_log_goes_on_behind_events_that_another_program_appended()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        await store.Append("a", 0, new Opened("Ada"));
        await using (var foreign = store.Database.CreateCommand("""
            insert into mt_streams (tenant_id, id, type, version) values ('acme', 'theirs', 'account', 1);
            insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id)
            values (nextval('mt_events_sequence'), gen_random_uuid(), 'theirs', 1, '{"owner":"Eve"}', 'opened', 'acme')
            """))
        {
            await foreign.ExecuteNonQueryAsync(Ct);
        }

        var result = await store.Append("a", 1, Samples.Euro(1));

        Assert.Equal(3, result.FirstSequence);
        Assert.Equal([1L, 2L, 3L], (await store.Events.Page(new EventFilter(), 10, Ct)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task The_same_event_ids_twice_are_one_append()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var request = new AppendRequest([Samples.To("a", 0, new Opened("Ada"), Samples.Euro(1))], Samples.Metadata);

        var first = await store.Append(request, Ct, idempotent: true);
        var second = await store.Append(request, Ct, idempotent: true);

        Assert.Equal(first with { Duplicate = true }, second);
        Assert.Equal(2, await store.Events.Head(Ct));
    }

    [Fact]
    public async Task An_event_id_cannot_stand_for_two_events()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var data = Samples.Types.Serialize(Samples.Euro(1));
        await store.Append(new AppendRequest([new StreamAppend(new("acme", "a"), "account", 0, [data])], Samples.Metadata), Ct);

        await Assert.ThrowsAsync<EventIdReusedException>(() => store.Append(
            new AppendRequest([new StreamAppend(new("acme", "b"), "account", 0, [data])], Samples.Metadata), Ct, idempotent: true));
    }

    [Fact]
    public async Task A_cancelled_append_that_still_waits_leaves_nothing()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Append(
            new AppendRequest([Samples.To("a", 0, new Opened("Ada"))], Samples.Metadata), cancelled.Token));

        Assert.Equal(0, await store.Events.Head(Ct));
    }

    [Fact]
    public async Task Tenants_can_use_the_same_stream_id_without_meeting()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        foreach (var tenant in new[] { "acme", "globex" })
        {
            await store.Append(new AppendRequest(
                [new StreamAppend(new StreamKey(tenant, "a"), "account", 0, [Samples.Types.Serialize(new Opened(tenant))])], Samples.Metadata), Ct);
        }

        var globex = Assert.Single(await store.Events.Stream(new StreamKey("globex", "a"), Ct));
        Assert.Equal(new Opened("globex"), Samples.Types.Deserialize(globex));
    }

    [Fact]
    public async Task A_snapshot_and_attachments_are_committed_with_their_events()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var append = Samples.To("a", 0, new Opened("Ada"), Samples.Euro(7)) with
        {
            Snapshot = new Snapshot("""{"owner":"Ada","balance":7}"""u8.ToArray(), 1),
            Attachments = [new Attachment("statement", 0, "bytes"u8.ToArray())],
        };
        await store.Append(new AppendRequest([append], Samples.Metadata), Ct);
        await store.Append("a", 2, Samples.Euro(3));

        var (state, version) = await store.Snapshots.Load<Account>(new StreamKey("acme", "a"), Ct);

        Assert.Equal((new Account("Ada", 10), 3), (state, version));
        Assert.Equal("bytes", Encoding.UTF8.GetString((await store.Attachments.Get(new("acme", "a"), "statement", Ct))!));
    }

    [Fact]
    public async Task The_log_goes_on_over_the_end_of_a_partition()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync(), new EventStoreOptions { PartitionSize = 10 });
        for (var i = 0; i < 12; i++)
        {
            await store.Append($"s{i}", 0, new Opened("x"), Samples.Euro(1), Samples.Euro(2));
        }

        await store.Append("big", 0, [.. Enumerable.Range(0, 100).Select(i => Samples.Euro(i))]);

        var all = new List<long>();
        await foreach (var recorded in store.Events.All(new EventFilter(), Ct, pageSize: 7))
        {
            all.Add(recorded.Sequence);
        }

        Assert.Equal(Enumerable.Range(1, 136).Select(i => (long)i), all);
    }

    [Fact]
    public async Task Events_of_an_older_schema_and_a_former_name_are_lifted()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var old = new EventData(Guid.CreateVersion7(), "money_put_in", 1, """{"amount":4}"""u8.ToArray(), null);
        await store.Append(new AppendRequest([new StreamAppend(new("acme", "a"), "account", 0, [old])], Samples.Metadata), Ct);

        var (state, _) = await store.Snapshots.Load<Account>(new StreamKey("acme", "a"), Ct);

        Assert.Equal(4, state.Balance);
    }

    [Fact]
    public async Task An_event_type_that_this_build_does_not_know_is_refused_loudly()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var unknown = new EventData(Guid.CreateVersion7(), "from_the_future", 1, "{}"u8.ToArray(), null);
        await store.Append(new AppendRequest([new StreamAppend(new("acme", "a"), "account", 0, [unknown])], Samples.Metadata), Ct);

        await Assert.ThrowsAsync<UnknownEventTypeException>(() => store.Snapshots.Load<Account>(new StreamKey("acme", "a"), Ct));
    }
}
