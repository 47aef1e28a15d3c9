using EventSourcedAnomaly.Server.Tests.Security;
using EventSourcedAnomaly.Tests.Shared;

namespace EventSourcedAnomaly.Server.Tests.Observability;

/// <summary>What happens to a database or a silo for a while is over when it is over: nothing is lost and nothing stays stopped.</summary>
public sealed class OutageTests(ServerFixture server)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_subscription_goes_on_after_all_connections_were_lost_in_the_midst_of_its_work()
    {
        var database = await server.FreshDatabase();
        await using var one = await AnotherSilo.Start(database);
        await using var two = await AnotherSilo.Start(database);
        using var first = new ApiClient(new Uri(one.Address), ServerFixture.AdminKey);
        using var second = new ApiClient(new Uri(two.Address), ServerFixture.AdminKey);
        var created = new List<string>();
        for (var round = 0; round < 8; round++)
        {
            var writing = Task.WhenAll(Create(first, 10), Create(second, 10));
            await Task.Delay(50 * round, Ct);
            await PostgresFixture.EndConnectionsAsync(database);
            created.AddRange((await writing).SelectMany(ids => ids));
        }

        await CaughtUp(first);

        Assert.True(created.Count > 100, $"{created.Count} of 160 were answered");
        foreach (var id in created)
        {
            Assert.Equal(200, (await second.Get($"/v1/detectors/{id}")).Status);
        }
    }

    [Fact]
    public async Task A_silo_that_stood_still_holds_nobody_up_for_long_and_joins_anew()
    {
        var database = await server.FreshDatabase();
        await using var one = await AnotherSilo.Start(database);
        await using var two = await AnotherSilo.Start(database);
        await using var three = await AnotherSilo.Start(database);
        using var first = new ApiClient(new Uri(one.Address), ServerFixture.AdminKey);
        using var third = new ApiClient(new Uri(three.Address), ServerFixture.AdminKey);
        await Create(first, 20);

        two.Suspend();
        var meanwhile = await Create(first, 40);
        await CaughtUp(first);
        two.Resume();

        Assert.Equal(40, meanwhile.Count);
        await Until(() => Task.FromResult(two.Starts == 2), "the silo to join anew");
        using var second = new ApiClient(new Uri(two.Address), ServerFixture.AdminKey);
        foreach (var id in (await Create(second, 5)).Concat(meanwhile))
        {
            Assert.Equal(200, (await third.Get($"/v1/detectors/{id}")).Status);
        }
    }

    private static async Task<List<string>> Create(ApiClient api, int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var answer = await api.Post("/v1/detectors", new { name = $"d{i}", algorithm = "isolation_forest" });
            if (answer.Status == 201)
            {
                ids.Add(answer.Body.GetProperty("detector_id").GetString()!);
            }
        }

        return ids;
    }

    private static Task CaughtUp(ApiClient api) => Until(
        async () => await api.Get("/health/ready") is { Status: 200 } ready
            && ready.Data.GetProperty("subscriptions").EnumerateArray()
                .All(subscription => subscription.GetProperty("lag").GetInt64() == 0),
        "every subscription to reach the end of the log");

    private static async Task Until(Func<Task<bool>> holds, string what)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Timeout;
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"Waited in vain: {what}");
            await Task.Delay(100, Ct);
        }
    }
}
