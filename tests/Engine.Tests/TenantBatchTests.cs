using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>One commit carries the appends of many tenants; each of them finds its own and nothing of the others.</summary>
public sealed class TenantBatchTests(PostgresFixture postgres)
{
    private static readonly string[] Tenants = ["acme", "globex", "initech", "umbrella"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tenants_can_use_the_same_stream_id_without_meeting()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Committer.Append(Samples.Request([.. Tenants.Select(tenant => Samples.To(tenant, "a", 0, [new Opened(tenant)]))]), Ct);

        foreach (var tenant in Tenants)
        {
            Assert.Equal(tenant, Assert.Single(await store.Events.Stream(new StreamKey(tenant, "a"), Ct)).Tenant);
            Assert.Equal(new Account(tenant, 0) { StreamId = "a", TenantId = tenant, Version = 1 },
                await store.Aggregates.Load<Account>(tenant, "a", Ct));
            await using var session = store.Store.QuerySession(tenant);
            Assert.Equal(new Opened(tenant), Assert.Single(await session.Events.FetchStreamAsync("a", token: Ct)).Data);
        }

        Assert.Equal(0, (await store.Aggregates.Load<Account>("nobody", "a", Ct)).Version);
    }

    [Fact]
    public async Task Events_never_go_to_another_tenants_stream_of_the_same_id_whatever_version_they_expect()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Committer.Append(Samples.Request(Samples.To("globex", "a", 0, [new Opened("globex")])), Ct);

        // Taken for one stream, the two would be its first two events.
        await store.Committer.Append(
            Samples.Request(Samples.To("acme", "a", 0, [new Opened("acme")]), Samples.To("globex", "a", 1, [Samples.Euro(1)])), Ct);

        Assert.Equal(["globex/1", "acme/1", "globex/2"], (await store.All()).Select(e => $"{e.Tenant}/{e.Version}"));
    }

    [Theory]
    [InlineData("conflict")]
    [InlineData("cannot be stored")]
    public async Task What_fails_in_a_batch_of_tenants_fails_alone_and_everything_stored_bears_its_own_tenant(string failure)
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await store.Committer.Append(Samples.Request(Samples.To("globex", "a", 0, [new Opened("globex")])), Ct);
        Task[] appends;
        await using (var held = await OrderLockHolder.Take(store.Database))
        {
            var front = store.Append("front", 0, new Opened("front"));
            await Samples.Until(() => OrderLockHolder.IsAwaited(store.Database), "a commit at the lock");
            // These gather behind it and are committed together.
            appends = [.. Tenants.Select(tenant => store.Committer.Append(Samples.Request(Append(tenant, failure)), Ct))];
            await held.Release();
            await front;
        }

        var failed = await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(appends));

        Assert.Equal(failure == "conflict", failed is VersionConflictException);
        Assert.Equal(["globex"], Tenants.Where((_, i) => appends[i].IsFaulted));
        var all = (await store.All()).Where(e => e.Stream != "front").ToList();
        Assert.Equal(
            ["acme/a", "acme/b", "globex/a", "initech/a", "initech/b", "umbrella/a", "umbrella/b"],
            all.Select(e => $"{e.Tenant}/{e.Stream}").Order());
        Assert.All(all, e => Assert.Contains($"\"{e.Tenant}\"", System.Text.Encoding.UTF8.GetString(e.Data), StringComparison.Ordinal));
        Assert.Equal(0, await store.Database.Scalar<long>("""
            select count(*) from mt_doc_account d full join mt_streams s on s.tenant_id = d.tenant_id and s.id = d.id
             where (d.tenant_id is null and s.id <> 'mt_tombstone') or s.tenant_id is null or d.data->>'tenant_id' <> d.tenant_id
                 or (d.data->>'version')::bigint <> s.version
            """));
        Assert.Equal(0, await store.Database.Scalar<long>("""
            select count(*) from mt_events e left join mt_streams s on s.tenant_id = e.tenant_id and s.id = e.stream_id where s.id is null
                and e.type <> 'tombstone'
            """));
        Assert.Equal(6, await store.Database.Scalar<long>("select count(*) from bulk_bytes where convert_from(data, 'UTF8') = tenant_id"));
        Assert.Equal(6, await store.Database.Scalar<long>("select count(*) from bulk_bytes"));
    }

    [Fact]
    public async Task Who_asked_stands_on_the_events_of_each_append_of_a_batch()
    {
        await using var store = await Samples.Open(await postgres.CreateDatabaseAsync());
        await using (var held = await OrderLockHolder.Take(store.Database))
        {
            var appends = Tenants.Select(tenant => store.Committer.Append(
                new AppendRequest(new EventMetadata($"user:{tenant}", $"request-{tenant}"),
                    Samples.To(tenant, "a", 0, [new Opened(tenant)])), Ct)).ToArray();
            await held.Release();
            await Task.WhenAll(appends);
        }

        Assert.All(await store.All(), e => Assert.Equal(new EventMetadata($"user:{e.Tenant}", $"request-{e.Tenant}"), e.Metadata));
    }

    private static StreamAppend[] Append(string tenant, string failure)
    {
        var (expected, owner) = (tenant, failure) switch
        {
            ("globex", "conflict") => (0, tenant),
            ("globex", _) => (1, Samples.Unstorable),
            _ => (0, tenant),
        };
        return [.. new[] { "b", "a" }.Select(stream => Samples.To(tenant, stream, stream == "b" ? 0 : expected, [new Opened(owner)]) with
        {
            Bulk = [new BulkBytes(stream, 0, System.Text.Encoding.UTF8.GetBytes(tenant))],
        })];
    }
}
