using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Server.Tests.Security;
using Npgsql;

namespace EventSourcedAnomaly.Server.Tests.Webhooks;

/// <summary>What happens in the log reaches whoever subscribed to it, signed, at least once, and nobody else.</summary>
public sealed class WebhookTests(ServerFixture server)
{
    private const string Webhooks = "/api/v1/webhooks", Sessions = "/api/v1/training/sessions", Secret = "your_webhook_secret";
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(Secret);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_is_delivered_signed_in_the_spelling_that_was_subscribed_to()
    {
        using var api = await server.ClientOf("hooks-signed");
        await using var receiver = await Receiver.Start();
        var registered = await Register(api, receiver, "training_completed", "training.finished", "alert_triggered");
        var session = await Trained(api, ("val_froc", 0.856));
        var message = Assert.Single(await receiver.Wait(1));

        Assert.True(message.IsSignedWith(Key));
        Assert.Equal("training_completed", Text(message.Json, "event"));
        Assert.Equal(session, Text(message.Json.GetProperty("data"), "session_id"));
        Assert.Equal(0.856, message.Json.GetProperty("data").GetProperty("final_metrics").GetProperty("val_froc").GetDouble());
        Assert.Equal(["event", "timestamp", "data"], message.Json.EnumerateObject().Select(member => member.Name));
        var delivery = await Settled(api, registered, "delivered");
        Assert.Equal((message.Id, 1, 200),
            (Text(delivery, "message_id"), delivery.GetProperty("attempts").GetInt32(), delivery.GetProperty("status_code").GetInt32()));
        Assert.Single(receiver.All);
        Assert.DoesNotContain(Secret, await Everything(api, registered), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trainings_detections_and_alerts_of_the_platform_are_told_by_their_dotted_names()
    {
        using var api = await server.ClientOf("hooks-platform");
        await using var receiver = await Receiver.Start();
        await Register(api, receiver, "detection.completed", "training.started", "training.finished", "drift.detected", "alert.triggered");
        var detector = await api.Detector();
        await api.Train(detector, await api.Dataset(Api.Tables.Labelled(100, 5)));
        await api.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 1.0, 2.0 } } });
        await api.Post("/api/v1/alerts/rules", new { name = "any", metric = "loss", condition = "less_than", threshold = 9 });
        await Trained(api, ("loss", 1));

        var events = (await receiver.Wait(6)).Select(message => message.Json).ToArray();
        Assert.Equal(
            ["alert.triggered", "detection.completed", "training.finished", "training.finished", "training.started", "training.started"],
            events.Select(message => Text(message, "event")).Order(StringComparer.Ordinal));
        Assert.All(events.Where(message => Text(message, "event") == "detection.completed"), message =>
            Assert.Equal(detector, Text(message.GetProperty("data"), "detector_id")));
        Assert.Contains(events, message => message.GetProperty("data").TryGetProperty("rule_name", out var rule)
            && rule.GetString() == "any");
    }

    [Fact]
    public async Task What_fails_is_tried_again_under_the_same_id_until_it_succeeds()
    {
        using var api = await server.ClientOf("hooks-retried");
        await using var receiver = await Receiver.Start();
        receiver.Answer = http =>
        {
            http.Response.StatusCode = receiver.All.Count < 3 ? 500 : 204;
            return Task.CompletedTask;
        };
        var id = await Register(api, receiver, "training_completed");
        await Trained(api, ("loss", 1));
        var attempts = await receiver.Wait(3);

        Assert.Single(attempts.Select(attempt => (attempt.Id, attempt.Body)).Distinct());
        Assert.All(attempts, attempt => Assert.True(attempt.IsSignedWith(Key)));
        var delivery = await Settled(api, id, "delivered");
        Assert.Equal((3, 204), (delivery.GetProperty("attempts").GetInt32(), delivery.GetProperty("status_code").GetInt32()));
    }

    [Fact]
    public async Task What_fails_for_good_is_given_up_told_of_and_can_be_replayed()
    {
        using var api = await server.ClientOf("hooks-dead");
        await using var receiver = await Receiver.Start(503);
        var id = await Register(api, receiver, "training_completed");
        await Trained(api, ("loss", 1));
        var dead = await Settled(api, id, "dead_lettered");

        Assert.Equal((4, 503), (dead.GetProperty("attempts").GetInt32(), dead.GetProperty("status_code").GetInt32()));
        Assert.Equal(1, (await api.Get($"{Webhooks}/{id}")).Body.GetProperty("dead_letters").GetInt32());
        var told = (await api.Get("/api/v1/notifications?type=system")).Body.GetProperty("notifications")[0];
        Assert.Equal(id, Text(told.GetProperty("data"), "webhook_id"));

        receiver.Says(200);
        var replay = await api.Post($"{Webhooks}/{id}/replay", new { from_sequence = 1 });
        Assert.Equal((202, 1), (replay.Status, replay.Body.GetProperty("queued").GetInt32()));
        Assert.Equal(Text(dead, "message_id"), Text(await Settled(api, id, "delivered"), "message_id"));
        Assert.Equal(5, receiver.All.Count);
        Assert.Equal(0,
            (await api.Post($"{Webhooks}/{id}/replay", new
            { start_time = "2000-01-01T00:00:00Z", end_time = "2000-01-02T00:00:00Z" })).Body.GetProperty("queued").GetInt32());
        Assert.Equal(422, (await api.Post($"{Webhooks}/{id}/replay", new { })).Status);
        Assert.Equal(422, (await api.Post($"{Webhooks}/{id}/replay", new { from_sequence = 9, to_sequence = 8 })).Status);
    }

    [Fact]
    public async Task An_address_that_is_gone_disables_its_webhook_until_somebody_enables_it()
    {
        using var api = await server.ClientOf("hooks-gone");
        await using var receiver = await Receiver.Start(410);
        var id = await Register(api, receiver, "training_completed");
        await Trained(api, ("loss", 1));
        await Settled(api, id, "dead_lettered");

        var disabled = (await api.Get($"{Webhooks}/{id}")).Body;
        Assert.Equal(("disabled", "the address answered 410 Gone"), (Text(disabled, "status"), Text(disabled, "disabled_reason")));
        await Trained(api, ("loss", 1));
        receiver.Says(200);
        Assert.Equal("active", Text((await api.Put($"{Webhooks}/{id}", new { status = "active" })).Body, "status"));
        var last = await Trained(api, ("loss", 1));
        await Settled(api, id, "delivered");
        Assert.Equal(2, receiver.All.Count);
        Assert.Equal(last, Text(receiver.All[1].Json.GetProperty("data"), "session_id"));
    }

    [Fact]
    public async Task A_slow_address_delays_nobody_else()
    {
        using var api = await server.ClientOf("hooks-slow");
        await using var slow = await Receiver.Start();
        await using var quick = await Receiver.Start();
        var release = new TaskCompletionSource();
        slow.Answer = _ => release.Task;
        var stuck = await Register(api, slow, "training_completed");
        await Register(api, quick, "training_completed");
        for (var i = 0; i < 3; i++)
        {
            await Trained(api, ("loss", i));
        }

        await quick.Wait(3);
        Assert.Single(slow.All);
        Assert.Equal(3, (await api.Get($"{Webhooks}/{stuck}/deliveries?status=pending")).Body.GetProperty("total").GetInt32());
        release.SetResult();
        await slow.Wait(3);
        Assert.Equal(quick.All.Select(message => message.Id), slow.All.Select(message => message.Id));
    }

    [Fact]
    public async Task A_new_secret_and_the_one_before_it_both_sign_for_a_while()
    {
        using var api = await server.ClientOf("hooks-rotated");
        await using var receiver = await Receiver.Start();
        var registered = await api.Post(Webhooks, new { url = receiver.Url, events = new[] { "training_completed" } });
        var (id, first) = (Text(registered.Body, "webhook_id"), Text(registered.Body, "secret"));
        var rotated = (await api.Post($"{Webhooks}/{id}/rotate", null)).Body;
        var second = Text(rotated, "secret");
        Assert.Equal(200, (await api.Post($"{Webhooks}/{id}/test", null)).Body.GetProperty("status_code").GetInt32());

        var message = Assert.Single(receiver.All);
        Assert.NotEqual(first, second);
        Assert.Equal(2, message.Signature.Split(' ').Length);
        Assert.All([first, second], secret => Assert.True(message.IsSignedWith(Convert.FromBase64String(secret["whsec_".Length..]))));
        var shown = await Everything(api, id);
        Assert.DoesNotContain(first, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(second, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_says_what_the_address_answers_follows_no_redirect_and_reads_no_endless_answer()
    {
        using var api = await server.ClientOf("hooks-tested");
        await using var receiver = await Receiver.Start();
        await using var elsewhere = await Receiver.Start();
        var id = await Register(api, receiver, "training_completed");
        var tested = (await api.Post($"{Webhooks}/{id}/test", null)).Body;
        Assert.True(tested.GetProperty("success").GetBoolean());
        Assert.True(tested.GetProperty("response_time_ms").GetInt32() >= 0);
        Assert.Equal("webhook.test", Text(receiver.All[0].Json, "event"));

        receiver.Answer = http =>
        {
            http.Response.Redirect(elsewhere.Url);
            return Task.CompletedTask;
        };
        var redirected = (await api.Post($"{Webhooks}/{id}/test", null)).Body;
        Assert.Equal((false, 302), (redirected.GetProperty("success").GetBoolean(), redirected.GetProperty("status_code").GetInt32()));
        Assert.Empty(elsewhere.All);

        receiver.Answer = async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.Body.WriteAsync(new byte[1024], http.RequestAborted);
            }
        };
        Assert.True((await api.Post($"{Webhooks}/{id}/test", null)).Body.GetProperty("success").GetBoolean());
        await receiver.DisposeAsync();
        var refused = (await api.Post($"{Webhooks}/{id}/test", null)).Body;
        Assert.Equal((false, JsonValueKind.Null, "no connection: ConnectionRefused"),
            (refused.GetProperty("success").GetBoolean(), refused.GetProperty("status_code").ValueKind, Text(refused, "error")));
    }

    [Fact]
    public async Task A_delivery_outlives_the_server_that_began_it()
    {
        var database = await server.FreshDatabase();
        (string, string)[] settings = [("ESA_WEBHOOK_ALLOW", "127.0.0.0/8"), ("ESA_WEBHOOK_RETRY_SECONDS", "1,1,1,1,1,1,1,1,1")];
        await using var receiver = await Receiver.Start(500);
        string id, first;
        await using (var silo = await AnotherSilo.Start(database, settings))
        {
            using var before = new ApiClient(new Uri(silo.Address), ServerFixture.AdminKey);
            id = await Register(before, receiver, "training_completed");
            await Trained(before, ("loss", 1));
            first = (await receiver.Wait(1))[0].Id;
        }

        receiver.Says(200);
        await using var successor = await AnotherSilo.Start(database, settings);
        using var api = new ApiClient(new Uri(successor.Address), ServerFixture.AdminKey);
        var delivered = await Settled(api, id, "delivered");
        Assert.Equal(first, Text(delivered, "message_id"));
        Assert.All(receiver.All, attempt => Assert.True(attempt.Id == first && attempt.IsSignedWith(Key)));
        Assert.InRange(receiver.All.Count, 2, 10);
    }

    [Fact]
    public async Task A_tenant_sees_and_hears_its_own_only()
    {
        using var one = await server.ClientOf("hooks-one");
        using var two = await server.ClientOf("hooks-two");
        await using var receiver = await Receiver.Start();
        var id = await Register(one, receiver, "training_completed");
        await Trained(two, ("loss", 1));
        var own = await Trained(one, ("loss", 1));

        Assert.Equal(own, Text(Assert.Single(await receiver.Wait(1)).Json.GetProperty("data"), "session_id"));
        Assert.Equal(0, (await two.Get(Webhooks)).Body.GetProperty("total").GetInt32());
        foreach (var path in new[] { string.Empty, "/deliveries" })
        {
            Assert.Equal(404, (await two.Get($"{Webhooks}/{id}{path}")).Status);
        }

        foreach (var path in new[] { "test", "rotate" })
        {
            Assert.Equal(404, (await two.Post($"{Webhooks}/{id}/{path}", null)).Status);
        }

        Assert.Equal(404, (await two.Put($"{Webhooks}/{id}", new { status = "disabled" })).Status);
        Assert.Equal(404, (await two.Delete($"{Webhooks}/{id}")).Status);
        Assert.Equal(200, (await one.Delete($"{Webhooks}/{id}")).Status);
        Assert.Equal(404, (await one.Get($"{Webhooks}/{id}")).Status);
        await Trained(one, ("loss", 1));
        await Task.Delay(500, Ct);
        Assert.Single(receiver.All);
        await using var data = NpgsqlDataSource.Create(server.Database);
        await using var secrets = data.CreateCommand("select count(*) from webhook_secrets where webhook_id = $1");
        secrets.Parameters.Add(new() { Value = id });
        Assert.Equal(0L, await secrets.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("""{"url":"http://10.0.0.1/hook","events":["training_completed"]}""", "url")]
    [InlineData("""{"url":"http://169.254.169.254/","events":["training_completed"]}""", "url")]
    [InlineData("""{"url":"http://localhost/hook","events":["training_completed"]}""", "url")]
    [InlineData("""{"url":"gopher://example.com","events":["training_completed"]}""", "url")]
    [InlineData("""{"events":["training_completed"]}""", "url")]
    [InlineData("""{"url":"https://example.com","events":[]}""", "events")]
    [InlineData("""{"url":"https://example.com","events":["everything"]}""", "events")]
    [InlineData("""{"url":"https://example.com","events":[null]}""", "events")]
    [InlineData("""{"url":"https://example.com"}""", "events")]
    [InlineData("""{"url":"https://example.com","events":["alert.triggered"],"secret":"short"}""", "secret")]
    [InlineData("""{"url":"https://example.com","events":["alert.triggered"],"name":"n"}""", "name")]
    public async Task A_bad_registration_names_its_field(string body, string field)
    {
        using var api = server.Client();
        var refused = await api.Post(Webhooks, body);

        Assert.Equal((422, field), (refused.Status, Text(refused.Error.GetProperty("details"), "field")));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<string> Register(ApiClient api, Receiver receiver, params string[] events)
    {
        var registered = await api.Post(Webhooks, new { url = receiver.Url, events, secret = Secret });
        Assert.Equal((201, Text(registered.Body, "webhook_id")), (registered.Status, Text(registered.Data, "webhook_id")));
        Assert.True(registered.Body.GetProperty("success").GetBoolean());
        return Text(registered.Body, "webhook_id");
    }

    /// <summary>A session of somebody else's program, with one epoch, completed.</summary>
    private static async Task<string> Trained(ApiClient api, params (string Name, double Value)[] metrics)
    {
        var id = Text((await api.Post(Sessions, new { trainer = "external", config = new { epochs = 1 } })).Body, "session_id");
        await api.Post($"{Sessions}/{id}/start", null);
        var epoch = metrics.ToDictionary(metric => metric.Name, metric => metric.Value);
        epoch["epoch"] = 1;
        await api.Post($"{Sessions}/{id}/metrics", JsonSerializer.Serialize(epoch));
        Assert.Equal("completed", Text((await api.Post($"{Sessions}/{id}/complete", null)).Body, "status"));
        return id;
    }

    /// <summary>A webhook's delivery in a state, as soon as there is one.</summary>
    private static async Task<JsonElement> Settled(ApiClient api, string webhook, string status)
    {
        while (true)
        {
            var deliveries = (await api.Get($"{Webhooks}/{webhook}/deliveries?status={status}")).Body.GetProperty("deliveries");
            if (deliveries.GetArrayLength() > 0)
            {
                return deliveries[0];
            }

            await Task.Delay(30, Ct);
        }
    }

    private async Task<string> Everything(ApiClient api, string webhook)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var command = database.CreateCommand("""
            select string_agg(t, ' ') from (
                select e::text t from mt_events e union all select s::text from mt_streams s
                union all select d::text from webhook_deliveries d union all select encode(sealed, 'escape')
                    from webhook_secrets) everything
            """);
        return $"{await command.ExecuteScalarAsync(Ct)} {(await api.Get(Webhooks)).Body} {(await api.Get($"{Webhooks}/{webhook}")).Body} "
            + $"{(await api.Get("/api/v1/audit/events?limit=1000")).Body}";
    }
}
