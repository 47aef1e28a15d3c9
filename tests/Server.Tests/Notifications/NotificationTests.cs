using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Notifications;

namespace EventSourcedAnomaly.Server.Tests.Notifications;

/// <summary>What happened is told to everybody of a tenant; what each has read or cleared is their own.</summary>
public sealed class NotificationTests(ServerFixture server)
{
    private const string Notifications = "/api/v1/notifications", Sessions = "/api/v1/training/sessions";
    private static readonly DateTimeOffset Noon = new(2025, 12, 19, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_completed_session_is_told_at_once_with_its_final_metrics()
    {
        using var api = await server.ClientOf("told-session");
        var session = await Session(api);
        await api.Post($"{Sessions}/{session}/metrics", new { epoch = 1, val_froc = 0.856 });
        await api.Post($"{Sessions}/{session}/complete", null);

        var list = (await api.Get(Notifications)).Body;
        var told = Assert.Single(list.GetProperty("notifications").EnumerateArray());
        Assert.Equal(("training", "high", $"Training session {session} completed", false),
            (Text(told, "type"), Text(told, "priority"), Text(told, "message"), told.GetProperty("read").GetBoolean()));
        Assert.Equal(session, Text(told.GetProperty("data"), "session_id"));
        Assert.Equal(0.856, told.GetProperty("data").GetProperty("final_metrics").GetProperty("val_froc").GetDouble());
        Assert.Equal(1, list.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Failures_stops_trainings_of_detectors_and_alerts_are_told_each_with_its_priority()
    {
        using var api = await server.ClientOf("told-all");
        var failed = await Session(api);
        await api.Post("/api/v1/alerts/rules", new
        { name = "any", metric = "loss", condition = "greater_than", threshold = 0, severity = "low" });
        await api.Post($"{Sessions}/{failed}/metrics", new { epoch = 1, loss = 1 });
        await api.Post($"{Sessions}/{failed}/complete", new { error = "out of memory" });
        await api.Post($"{Sessions}/{await Session(api)}/stop", null);
        await api.Train(await api.Detector(), await api.Dataset(Api.Tables.Labelled(100, 5)));
        while ((await api.Get($"{Notifications}?type=alert")).Body.GetProperty("total").GetInt32() == 0)
        {
            await Task.Delay(20, Ct);
        }

        var all = (await api.Get(Notifications)).Body.GetProperty("notifications").EnumerateArray().ToArray();
        Assert.Equal(
            ["alert low", "training high", "training high", "training medium"],
            all.Select(told => $"{Text(told, "type")} {Text(told, "priority")}").Order(StringComparer.Ordinal));
        Assert.Contains(all, told => told.GetProperty("data").TryGetProperty("error", out var error)
            && error.GetString() == "out of memory");
        Assert.Equal(2, (await api.Get($"{Notifications}?priority=high")).Body.GetProperty("total").GetInt32());
        Assert.Equal(0, (await api.Get($"{Notifications}?type=alert&priority=high")).Body.GetProperty("total").GetInt32());
        Assert.Equal(all.Skip(1).Take(2).Select(told => Text(told, "id")),
            (await api.Get($"{Notifications}?limit=2&offset=1")).Body.GetProperty("notifications")
                .EnumerateArray().Select(told => Text(told, "id")));
        Assert.Equal(4, (await api.Get($"{Notifications}?offset=9")).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task What_one_has_read_or_cleared_is_new_to_another()
    {
        var (one, _, _) = await server.SignedIn("told-people", "analyst");
        var (two, _, _) = await server.SignedIn("told-people", "viewer");
        using var first = one;
        using var second = two;
        using var stranger = await server.ClientOf("told-strangers");
        for (var i = 0; i < 3; i++)
        {
            await first.Post($"{Sessions}/{await Session(first)}/complete", null);
        }

        var id = Text((await first.Get(Notifications)).Body.GetProperty("notifications")[1], "id");
        Assert.True((await second.Post($"{Notifications}/{id}/read", null)).Body.GetProperty("read").GetBoolean());
        Assert.Equal(200, (await second.Post($"{Notifications}/{id}/read", null)).Status);
        Assert.Equal((2, 3), (await Total(second, "?unread=true"), await Total(second, string.Empty)));
        Assert.Equal((3, 3), (await Total(first, "?unread=true"), await Total(first, "?unread=false")));
        Assert.Equal(404, (await stranger.Post($"{Notifications}/{id}/read", null)).Status);
        Assert.Equal(404, (await first.Post($"{Notifications}/notif_none/read", null)).Status);

        Assert.Equal("All notifications cleared", Text((await first.Delete(Notifications)).Body, "message"));
        Assert.Equal((0, 3), (await Total(first, string.Empty), await Total(second, string.Empty)));
        await first.Post($"{Sessions}/{await Session(first)}/complete", null);
        Assert.Equal((1, 4, 0), (await Total(first, string.Empty), await Total(second, string.Empty), await Total(stranger, string.Empty)));
    }

    [Fact]
    public async Task A_rebuild_tells_the_same_again()
    {
        using var admin = server.Client();
        await admin.Post($"{Sessions}/{await Session(admin)}/complete", null);
        await admin.Post("/api/v1/audit/projections/notifications/rebuild", null);
        while (true)
        {
            var projection = (await admin.Get("/api/v1/audit/projections")).Data.GetProperty("projections")
                .EnumerateArray().Single(one => Text(one, "name") == "notifications");
            var rebuild = projection.GetProperty("last_rebuild");
            if (Text(rebuild, "state") is "swapped" or "failed")
            {
                Assert.True(rebuild.GetProperty("identical").GetBoolean(), rebuild.ToString());
                break;
            }

            await Task.Delay(50, Ct);
        }

        Assert.True(await Total(admin, string.Empty) > 0);
    }

    [Theory]
    [InlineData("type=gossip", "type")]
    [InlineData("priority=urgent", "priority")]
    [InlineData("unread=maybe", "unread")]
    [InlineData("limit=-1", "limit")]
    public async Task A_filter_that_is_none_is_named(string query, string field)
    {
        using var api = server.Client();
        var refused = await api.Get($"{Notifications}?{query}");

        Assert.Equal((422, field), (refused.Status, Text(refused.Error.GetProperty("details"), "field")));
    }

    [Fact]
    public void Reading_or_clearing_again_is_a_no_op_and_what_is_cleared_need_not_be_remembered_as_read()
    {
        var read = Inbox.Initial.Apply(new NotificationRead(5, Noon)).Apply(new NotificationRead(9, Noon));
        var cleared = read.Apply(new NotificationsCleared(7, Noon));

        Assert.Equal([(IDomainEvent)new NotificationRead(5, Noon)], Inbox.MarkRead(Inbox.Initial, 5, Noon));
        Assert.Empty(Inbox.MarkRead(read, 5, Noon));
        Assert.Empty(Inbox.MarkRead(cleared, 6, Noon));
        Assert.Equal([9L], cleared.Read);
        Assert.Empty(Inbox.Clear(cleared, 7, Noon));
        Assert.Single(Inbox.Clear(cleared, 8, Noon));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<int> Total(ApiClient api, string query) =>
        (await api.Get($"{Notifications}{query}")).Body.GetProperty("total").GetInt32();

    private static async Task<string> Session(ApiClient api)
    {
        var id = Text((await api.Post(Sessions, new { trainer = "external", config = new { epochs = 1 } })).Body, "session_id");
        Assert.Equal(200, (await api.Post($"{Sessions}/{id}/start", null)).Status);
        return id;
    }
}
