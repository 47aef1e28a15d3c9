using System.Text;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.Engine.Tests;

public sealed class AppendTests(PostgresFixture postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_appended_is_read_back_in_order_with_who_and_when()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var before = TimeProvider.System.GetUtcNow();

        await store.Append("a", 0, new Opened("Ada"), Samples.Euro(5));

        var events = await store.Events.Stream(new StreamKey("acme", "a"), Ct);
        Assert.Equal(["opened", "deposited"], events.Select(e => e.Type));
        Assert.Equal([1L, 2L], events.Select(e => e.Version));
        Assert.Equal([1, 2], events.Select(e => e.SchemaVersion));
        Assert.True(events[0].Sequence < events[1].Sequence);
        Assert.All(events, e => Assert.Equal(Samples.Metadata, e.Metadata));
        Assert.All(events, e => Assert.InRange(e.Timestamp, before.AddMilliseconds(-1), TimeProvider.System.GetUtcNow()));
        Assert.Equal("""{"owner": "Ada"}""", Encoding.UTF8.GetString(events[0].Data));
        await using var session = store.Store.QuerySession("acme");
        Assert.Equal([new Opened("Ada"), Samples.Euro(5)], (await session.Events.FetchStreamAsync("a", token: Ct)).Select(e => e.Data));
    }

    [Fact]
    public async Task The_identities_of_events_are_those_that_the_append_gave_them()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var (first, second) = (Samples.To("a", 0, new Opened("Ada"), Samples.Euro(1)), Samples.To("globex", "a", 0, [Samples.Euro(1)]));

        await store.Committer.Append(Samples.Request(first, second), Ct);

        Assert.Equal(first.EventIds.Concat(second.EventIds), (await store.All()).Select(e => e.Id));
    }

    [Fact]
    public async Task An_append_to_a_stream_that_moved_on_conflicts_and_stores_nothing()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("a", 0, new Opened("Ada"));

        var conflict = await Assert.ThrowsAsync<VersionConflictException>(() => store.Committer.Append(
            Samples.Request(Samples.To("a", 0, new Opened("Bob")) with { Bulk = [new BulkBytes("statement", 0, [1])] }), Ct));

        Assert.Equal((new StreamKey("acme", "a"), 0, 1), (conflict.Stream, conflict.Expected, conflict.Actual));
        Assert.Single(await store.All());
        Assert.Equal("Ada", (await store.Aggregates.Load<Account>("acme", "a", Ct)).Owner);
        Assert.Null(await store.Get<BulkStore>().Get(new StreamKey("acme", "a"), "statement", Ct));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task An_append_that_expects_more_than_there_is_conflicts_whatever_it_carries(int events)
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("there", 0, new Opened("Ada"), Samples.Euro(1));
        var carried = Enumerable.Range(0, events).Select(i => (IDomainEvent)Samples.Euro(i)).ToArray();

        var absent = await Assert.ThrowsAsync<VersionConflictException>(() => store.Append("absent", 1, carried));
        var ahead = await Assert.ThrowsAsync<VersionConflictException>(() => store.Append("there", 3, carried));
        await store.Append("there", 2, carried);

        Assert.Equal((1, 0, 3, 2), (absent.Expected, absent.Actual, ahead.Expected, ahead.Actual));
        Assert.Equal(2 + events, (await store.All()).Count);
    }

    [Fact]
    public async Task Appends_of_one_batch_succeed_or_conflict_each_on_its_own()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("hot", 0, new Opened("Ada"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            store.TryAppend(Samples.Request(Samples.To(i % 2 == 0 ? "hot" : $"cold{i}", i % 2 == 0 ? 1 : 0, Samples.Euro(i))))));

        Assert.Equal(26, outcomes.Count(succeeded => succeeded));
        Assert.Equal(27, (await store.All()).Count);
        Assert.Equal(2, (await store.Events.Stream(new StreamKey("acme", "hot"), Ct)).Count);
    }

    [Fact]
    public async Task Several_streams_are_stored_together_or_not_at_all()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("a", 0, new Opened("Ada"));

        await Assert.ThrowsAsync<VersionConflictException>(() => store.Committer.Append(
            Samples.Request(Samples.To("b", 0, new Opened("Bob")), Samples.To("a", 0, new Opened("Eve"))), Ct));
        Assert.Empty(await store.Events.Stream(new StreamKey("acme", "b"), Ct));
        Assert.Equal(0, (await store.Aggregates.Load<Account>("acme", "b", Ct)).Version);
        await store.Committer.Append(Samples.Request(Samples.To("b", 0, new Opened("Bob")), Samples.To("a", 1, Samples.Euro(1))), Ct);

        Assert.Equal(3, (await store.All()).Count);
        Assert.Single(await store.Events.Stream(new StreamKey("acme", "b"), Ct));
    }

    [Fact]
    public async Task A_large_append_is_stored_whole_and_conflicts_whole()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var store = await Samples.Open(database);
        await using var other = await Samples.Open(database);
        var many = Enumerable.Range(0, 1000).Select(i => (IDomainEvent)Samples.Euro(i)).ToArray();

        await store.Append("a", 0, new Opened("Ada"));
        await store.Append("a", 1, many);
        await other.Append("a", 1001, many);
        await Assert.ThrowsAsync<VersionConflictException>(() => store.Append("a", 1001, many));
        await store.Append("b", 0, many);

        var events = await store.Events.Stream(new StreamKey("acme", "a"), Ct);
        Assert.Equal(Enumerable.Range(1, 2001).Select(n => (long)n), events.Select(e => e.Version));
        await using var session = store.Store.QuerySession("acme");
        Assert.Equal(many, (await session.Events.FetchStreamAsync("a", token: Ct)).Skip(1001).Select(e => e.Data));
        Assert.Equal(3001, (await store.All()).Count);
    }

    [Fact]
    public async Task The_log_goes_on_behind_events_that_another_program_appended()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Append("a", 0, new Opened("Ada"));
        await store.Database.Execute("insert into mt_streams (tenant_id, id, version) values ('acme', 'theirs', 1)");
        await store.Database.Execute("""
            insert into mt_events (seq_id, id, stream_id, version, data, type, tenant_id)
            values (nextval('mt_events_sequence'), gen_random_uuid(), 'theirs', 1, '{"owner":"Eve"}', 'opened', 'acme')
            """);

        await store.Append("a", 1, Samples.Euro(1));
        await store.Append("theirs", 1, Samples.Euro(2));

        var all = await store.Events.Page(new EventFilter(), 10, Ct);
        Assert.Equal(["a", "theirs", "a", "theirs"], all.Select(e => e.Stream));
        Assert.Equal(all.Select(e => e.Sequence).Order(), all.Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_cancelled_append_that_still_waits_leaves_nothing()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.Committer.Append(Samples.Request(Samples.To("a", 0, new Opened("Ada"))), cancelled.Token));

        await store.Append("b", 0, new Opened("Bob"));
        Assert.Equal("b", Assert.Single(await store.All()).Stream);
    }

    [Fact]
    public async Task The_state_and_bulk_bytes_are_committed_with_their_events()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var append = Samples.To("a", 0, new Opened("Ada"), Samples.Euro(7)) with
        {
            Bulk = [new BulkBytes("statement", 0, "bytes"u8.ToArray()), new BulkBytes("statement", 1, "more"u8.ToArray())],
        };
        await store.Committer.Append(Samples.Request(append), Ct);
        var opened = await store.Aggregates.Load<Account>("acme", "a", Ct);
        await store.Committer.Append(Samples.Request(StreamAppend.On("acme", "a", opened, [Samples.Euro(3)])), Ct);

        var expected = new Account("Ada", 10) { StreamId = "a", TenantId = "acme", Version = 3 };
        Assert.Equal(expected, await store.Aggregates.Load<Account>("acme", "a", Ct));
        var parts = new List<string>();
        await foreach (var part in store.Get<BulkStore>().Parts(new StreamKey("acme", "a"), "statement", Ct))
        {
            parts.Add(Encoding.UTF8.GetString(part));
        }

        Assert.Equal(["bytes", "more"], parts);
        await using var session = store.Store.QuerySession("acme");
        Assert.Equal(expected with { Version = 2, Balance = 7 }, await session.StateAt<Account>("a", 2, Ct));
    }

    [Fact]
    public async Task Reading_in_pages_of_any_size_gives_every_event_once()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
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

        Assert.Equal(136, all.Count);
        Assert.Equal((await store.All()).Select(e => e.Sequence), all);
    }

    [Theory]
    [InlineData("no stream")]
    [InlineData("no event")]
    [InlineData("no tenant")]
    [InlineData("a stream twice")]
    public async Task An_append_that_makes_no_sense_is_refused(string what)
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        var one = Samples.To("a", 0, new Opened("Ada"));
        StreamAppend[] streams = what switch
        {
            "no stream" => [],
            "no event" => [one, Samples.To("b", 0)],
            "no tenant" => [Samples.To("", "a", 0, [new Opened("Ada")])],
            _ => [one, one],
        };

        await Assert.ThrowsAsync<ArgumentException>(() => store.Committer.Append(Samples.Request(streams), Ct));

        Assert.Empty(await store.All());
    }
}
